// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/uuid/uuid.hpp>

#include <string>
#include <string_view>

#include <kdb/export.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Identifies an event. Version and variant are the caller's choice; the nil value is refused wherever an id is needed.
using uuid = boost::uuids::uuid;

/// Returns a fresh random (version 4) id. Safe from any thread, and in the child of a fork. Unique, but not secret.
uuid random_uuid();

/// Reads the canonical form with hyphens, in either letter case.
result<uuid> parse_uuid(std::string_view text);

/// The canonical form, in lower case.
std::string to_string(const uuid& id);

} // namespace v0
} // namespace kdb
