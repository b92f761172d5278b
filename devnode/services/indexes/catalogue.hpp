// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/indexes/user_index.hpp"
#include "devnode/store/store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// The user-defined indexes that the log of a node tells of. It reads what is new in the log when it is asked, so that the nodes of a cluster need
/// not tell each other.
class index_catalogue {
public:
  explicit index_catalogue(const store& events) : events_{events} {}

  using indexes = std::map<std::string, user_index, std::less<>>;

  /// Those that are not deleted, by name.
  const indexes& all();

  /// Null if there is none with this name. Good until the next write.
  const user_index* find(std::string_view name);

  /// Whether there was one with this name that is deleted.
  bool deleted(std::string_view name);

private:
  void apply(const stored_event& event);

  const store& events_;
  std::size_t next_ = 0;
  indexes all_;
};

} // namespace kdb::inline v0::development
