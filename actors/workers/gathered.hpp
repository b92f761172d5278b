// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace kdb::inline v0 {

/// Items for an actor, from any thread. While the actor is busy they collect, and one message announces all of them.
template <class T>
class gathered {
public:
  /// Adds an item. Returns true if the actor must be notified.
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
