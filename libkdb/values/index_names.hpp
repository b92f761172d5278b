// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0 {

/// What `is_index_name` accepts, for error texts.
inline constexpr std::string_view accepted_index_name = "1 to 1000 lower-case letters, digits, '_' and '-'";

/// Whether a user-defined index, or a field of one, can have this name.
bool is_index_name(std::string_view name);

} // namespace kdb::inline v0
