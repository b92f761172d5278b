// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <kdb/append.hpp>
#include <kdb/event.hpp>
#include <kdb/result.hpp>

// How a long list of events is appended in several parts, one after the other.
namespace kdb::inline v0::policy {

/// The end of each part, as the index behind its last event; the last one is the number of events. Parts are as long as
/// `stored_bytes` of their events allows, and hold at least one event. An empty list is one empty part. The same list is always
/// split in the same way.
std::vector<std::size_t> part_ends(std::span<const new_event> events, std::uint64_t part_bytes);

/// The expected state for the next part. If the caller named a state, no other writer may write in between; `any` and `exists`
/// stay as they are.
stream_state expected_after(stream_state before, const append_result& part);

/// As `check_append`, for the whole list and without a limit on its size.
result<void> check_append_in_parts(std::string_view stream, stream_state expected, std::span<const new_event> events,
                                   const append_in_parts_options& options);

} // namespace kdb::inline v0::policy
