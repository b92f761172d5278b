// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/uuid.hpp"

#include "kdb/event_store/client/shared.pb.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// "End" and "none" in the wire's unsigned positions and revisions.
inline constexpr std::uint64_t wire_end = std::numeric_limits<std::uint64_t>::max();

/// Largest position or revision that a server takes.
inline constexpr std::uint64_t largest_number = std::numeric_limits<std::int64_t>::max();

/// Reads an id in either form; nothing when it is unset or malformed.
std::optional<uuid> read_uuid(const event_store::client::UUID& id);

/// Returns the name, with U+FFFD in place of what is not UTF-8.
std::string read_name(const event_store::client::StreamIdentifier& identifier);

/// Whether a stream may have this name.
bool valid_name(std::string_view name);

} // namespace kdb::inline v0::development
