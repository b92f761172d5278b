// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <kdb/error.hpp>
#include <kdb/stream_state.hpp>

// Errors that the server tells in several ways - in band, by trailers, as rich status - made in one place. They leave it to
// the callers to say whether a retry can help and whether the outcome is known.
namespace kdb::inline v0::wire {

/// Nothing was written: the stream is not as expected. Unset `actual`: the server did not say.
error wrong_version(std::string_view stream, stream_state expected, std::optional<stream_state> actual);
/// `stream-deleted`: tombstoned, or soft-deleted where `exists` was expected.
error deleted(std::string_view stream);
error not_found(std::string_view stream);
/// Sizes of 0 were not told.
error append_too_large(size_limit sizes);
error event_too_large(size_limit sizes);
/// `what` is the server's text.
error denied(std::string_view reason);
/// Not the leader; without an endpoint if the node named none that makes sense.
error other_leader(std::optional<leader> at);
/// The node gave up inside. `text` is the server's.
error timed_out(std::string_view text);

} // namespace kdb::inline v0::wire
