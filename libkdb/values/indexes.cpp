// SPDX-License-Identifier: Apache-2.0
#include <kdb/indexes.hpp>

#include <algorithm>

#include "libkdb/values/index_names.hpp"

namespace kdb::inline v0 {

std::string_view to_string(index_field_type type) {
  switch (type) {
    case index_field_type::string: return "string";
    case index_field_type::float64: return "float64";
    case index_field_type::int32: return "int32";
    case index_field_type::int64: return "int64";
  }
  return "unknown";
}

std::string_view to_string(index_state state) {
  switch (state) {
    case index_state::started: return "started";
    case index_state::stopped: return "stopped";
    case index_state::deleted: return "deleted";
    case index_state::unknown: break;
  }
  return "unknown";
}

bool is_index_name(std::string_view name) {
  constexpr std::size_t longest = 1000;
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, allowed);
}

} // namespace kdb::inline v0
