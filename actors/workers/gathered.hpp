// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace kdb::inline v0 {

/// Things that wait for an actor, from any thread. While it is busy they gather, and it is told once: one message for many.
template <class T>
class gathered {
public:
  /// True if the actor has to be told.
  bool add(T one) {
    std::lock_guard lock{mutex_};
    things_.push_back(std::move(one));
    return things_.size() == 1;
  }

  /// All, in the order in which they came.
  std::vector<T> take() {
    std::lock_guard lock{mutex_};
    return std::exchange(things_, {});
  }

private:
  std::mutex mutex_;
  std::vector<T> things_;
};

} // namespace kdb::inline v0
