#pragma once

#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <string>
#include <string_view>

#include <kdb/result.hpp>

namespace kdb {

/// Identifies an event. Version and variant are the caller's choice; the nil value is refused wherever an id is needed.
using uuid = boost::uuids::uuid;

/// Returns a fresh random (version 4) id. Safe from any thread, and in the child of a fork. Unique, but not secret.
uuid random_uuid();

/// Reads the canonical form with hyphens, in either letter case.
result<uuid> parse_uuid(std::string_view text);

/// Prints the canonical lower-case form. Also found without the namespace.
using boost::uuids::to_string;

} // namespace kdb
