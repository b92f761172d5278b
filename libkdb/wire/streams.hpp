// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kdb/append.hpp>
#include <kdb/delete.hpp>
#include <kdb/event.hpp>
#include <kdb/filter.hpp>
#include <kdb/read.hpp>
#include <kdb/result.hpp>

// Values to and from the messages of event_store.client.streams. Requests come as serialised bytes, ready to be sent.
namespace kdb::inline v0::wire {

struct stream_source {
  std::string stream;
  stream_position from;
};

struct all_source {
  all_position from;
};

/// One call of Streams.Read: a finite read if it has a limit, a catch-up subscription otherwise.
struct read_request {
  std::variant<stream_source, all_source> source;
  kdb::direction direction = forwards;
  std::optional<std::uint64_t> limit{};
  bool resolve_links = false;
  std::optional<event_filter> filter{}; ///< Only for $all.
};

std::string encode(const read_request& request);

/// The largest chunk of a batch append; one event above it travels in a chunk of its own.
inline constexpr std::size_t batch_append_chunk_bytes = 3u << 20;

/// One append as chunks of `BatchAppendReq` under one correlation id, the last one final.
std::vector<std::string> encode_batch_append(const uuid& correlation, std::string_view stream, stream_state expected,
                                             std::span<const new_event> events,
                                             std::optional<std::chrono::milliseconds> deadline);

struct batch_append_reply {
  uuid correlation{};
  result<append_result> outcome;
};

/// Reads a `BatchAppendResp`. An error here means that the message itself is broken.
result<batch_append_reply> decode_batch_append(std::string_view message);

/// One append as the messages of a call of `Append`: the options, then one for each event.
std::vector<std::string> encode_append(std::string_view stream, stream_state expected, std::span<const new_event> events);

/// Reads an `AppendResp`; a wrong expected version arrives in it as an error. `stream` is the one that was asked for.
result<append_result> decode_append(std::string_view message, std::string_view stream);

/// A `DeleteReq`, and likewise a `TombstoneReq`.
std::string encode_delete(std::string_view stream, stream_state expected);
result<delete_result> decode_delete(std::string_view message);
std::string encode_tombstone(std::string_view stream, stream_state expected);
result<delete_result> decode_tombstone(std::string_view message);

} // namespace kdb::inline v0::wire
