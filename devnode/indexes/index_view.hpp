// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/indexes/user_index.hpp"
#include "devnode/store/filter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kdb::inline v0::development {

/// What a field of an index holds.
using index_value = std::variant<std::string, double, std::int64_t>;

/// A field, by its place in the definition, and the value that it must have.
using index_constraint = std::pair<std::size_t, index_value>;

/// The name of an index and its constraints, in what a reader asks for: `$idx-user-orders:country=DE`.
struct index_query {
  std::string_view name;
  std::optional<std::string_view> constraints; ///< Behind the first `:`.
};

/// Of a text that begins with `user_index_prefix`.
index_query split_index_query(std::string_view text);

/// Reads constraints: `field=value;field2="text"`, or the value of the only field. Nothing when they are none for this index. Pure.
std::optional<std::vector<index_constraint>> read_constraints(const user_index_definition& of, std::string_view text);

/// Accepts the events that are in the index and meet the constraints. The definition has no `index_problems`.
event_filter index_view(const user_index_definition& of, std::vector<index_constraint> constraints);

} // namespace kdb::inline v0::development
