// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include <kdb/property_value.hpp>
#include <kdb/result.hpp>

namespace kdb::inline v0::policy {

/// The maximum depth of lists and objects in a property. Servers refuse protobuf messages of more than 100 levels, and each
/// object takes three.
inline constexpr std::size_t deepest_property = 32;

/// Keys that are not empty, keys and text in UTF-8, finite numbers, and no deeper than `deepest_property`. `where` names the member.
result<void> check_properties(std::string where, const property_value::object& properties);

} // namespace kdb::inline v0::policy
