// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <kdb/indexes.hpp>
#include <kdb/result.hpp>

// Checks of requests about user-defined indexes. Errors name the member and the rule.
namespace kdb::inline v0::policy {

/// A name that an index can have.
result<void> check_index(std::string_view name);

/// The same, and a filter or a field at least. Whether functions are JavaScript is left to the server.
result<void> check_create_index(std::string_view name, const index_definition& definition);

} // namespace kdb::inline v0::policy
