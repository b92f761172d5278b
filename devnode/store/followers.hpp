// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/store.hpp"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace kdb::inline v0::development {

class followers;

/// Someone who wants to know when a stream, or $all, has got events. Destroying it ends that.
class follower {
public:
  /// Follows $all if `stream` is empty. `wake` is called from within the write: it should only take note.
  follower(followers& of, std::string stream, std::function<void()> wake);
  ~follower();

  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

private:
  friend class followers;

  followers& followers_;
  std::string stream_;
  std::function<void()> wake_;
  std::size_t place_ = 0;
};

/// Tells those who follow the log what it has got. They read for themselves: nothing is kept for those who are slow.
class followers {
public:
  explicit followers(store& events, seen_by whom = seen_by::readers);

private:
  friend class follower;
  using group = std::vector<follower*>;

  void wake(const commit& written);
  group& group_of(const std::string& stream) { return stream.empty() ? all_ : by_stream_[stream]; }

  store& store_;
  group all_;
  std::unordered_map<std::string, group> by_stream_;
};

} // namespace kdb::inline v0::development
