// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/indexes.hpp>
#include <kdb/property_value.hpp>
#include <kdb/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What indexes and projections are made of, from arguments. Errors are `invalid_argument`, and their message says what is accepted.
namespace kdbctl {

/// "NAME=SELECTOR" or "NAME:TYPE=SELECTOR"; the first '=' separates them.
kdb::result<kdb::index_field> parse_index_field(std::string_view text);

/// "NAME=VALUE"; the first '=' separates them.
kdb::result<std::pair<std::string, std::string>> parse_index_value(std::string_view text);

/// Each "NAME=JSON"; the first '=' separates them.
kdb::result<kdb::property_value::object> parse_properties(const std::vector<std::string>& all);

} // namespace kdbctl
