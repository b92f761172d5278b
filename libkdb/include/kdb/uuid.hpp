// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/uuid/uuid.hpp>

#include <string>
#include <string_view>

#include <kdb/export.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Identifies an event. Any version and variant is accepted. The nil UUID is refused where an id is needed.
using uuid = boost::uuids::uuid;

/// Returns a new random id (version 4). May be called from any thread, and in the child of a fork. Unique, but not suitable as a secret.
uuid random_uuid();

/// Parses the canonical form with hyphens, in upper or lower case.
result<uuid> parse_uuid(std::string_view text);

/// The canonical form, in lower case.
std::string to_string(const uuid& id);

} // namespace v0
} // namespace kdb
