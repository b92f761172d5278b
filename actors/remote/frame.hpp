// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/remote/codec.hpp"

// What travels between a gateway and a portal: one text of bytes, which begins with a header. CAF itself carries texts, so neither CAF needs
// to know a type of ours.
namespace kdb::inline v0::remote {

/// Counts the changes of what travels, of any request or answer too. A test with tests/remote/layout.txt says when it has to change. A new operation
/// is no such change.
inline constexpr std::uint16_t protocol_version = 1;

/// What a frame is. Numbers are never used again.
enum class frame_kind : std::uint8_t {
  // -- of a portal
  hello = 1,         ///< To the gateway: starts a session.
  request = 2,       ///< `name, content`: an operation, or the start of a stream of messages, which then has this id.
  credit = 3,        ///< `number`: asks a reader or a watch for so many more answers.
  taken = 4,         ///< The subscriber has handled a batch.
  outcomes = 5,      ///< `batch_outcomes`: the subscriber has answered the batch of a consumer.
  refused = 6,       ///< `error`: the subscriber has failed.
  answer_events = 7, ///< `stream, name, content`: answers to events of a consumer.
  cancel = 8,        ///< Ends the stream of messages.
  stop = 9,          ///< The caller has stopped the operation.
  goodbye = 10,      ///< The portal is closed.
  // -- of a session
  welcome = 32,  ///< The session is ready. Its sender is the session.
  answer = 33,   ///< `answer`.
  failure = 34,  ///< `error`, of an operation, a reader or a watch.
  batch = 35,    ///< `event_batch`, `consumer_batch` or `server_statistics`.
  ended = 36,    ///< `subscription_ended`.
  change = 37,   ///< `connection_change`.
  farewell = 38, ///< `error`: the session has ended.
  // -- of anybody
  other_version = 64, ///< `text`: the sender has another version, which is in the header. Means the same in all versions.
};

/// Begins every frame, in all versions: "KDBr", version, kind, id.
struct frame_header {
  std::uint16_t version = protocol_version;
  frame_kind kind{};
  std::uint64_t id = 0; ///< Of the operation or the stream of messages.
};

/// A frame whose content is still to be written.
encoder begin_frame(frame_kind kind, std::uint64_t id = 0);
/// A frame without content.
std::string bare_frame(frame_kind kind, std::uint64_t id = 0);
/// No value if these bytes are no frame. The rest of a frame of another version can't be read.
std::optional<frame_header> read_header(decoder& in);
/// The content of a frame whose header was read before.
decoder content_of(std::string_view frame);

template <class T>
std::string make_frame(frame_kind kind, std::uint64_t id, const T& content) {
  auto out = begin_frame(kind, id);
  encode(out, content);
  return std::move(out.bytes);
}

/// Reads the content of a frame, to its end.
template <class T>
std::optional<T> content_as(std::string_view frame) {
  auto in = content_of(frame);
  return decoded_last<T>(in);
}

// -- errors ---------------------------------------------------------------------------------------

/// The other process has another version.
error other_version_error(std::uint16_t theirs, std::string_view they_are);
/// The frame with which a process answers to one of another version.
std::string other_version_frame(std::uint16_t theirs);
/// The connection between the processes was lost. A write that was under way may have happened.
error lost_error(const std::string& peer, bool is_write);
/// The bytes of a frame can't be understood.
error bad_frame_error(std::string_view content);
/// A request with credentials, or with a password, would travel in clear.
error clear_text_error(std::string_view member);
/// A request or an answer is larger than a frame.
error too_large_error(std::string_view content, std::size_t size);

} // namespace kdb::inline v0::remote
