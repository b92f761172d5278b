// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/frame.hpp"

#include <utility>

namespace kdb::inline v0::remote {

namespace {

constexpr std::string_view magic = "KDBr";
constexpr std::size_t header_size = magic.size() + sizeof(std::uint16_t) + sizeof(frame_kind) + sizeof(std::uint64_t);

} // namespace

encoder begin_frame(frame_kind kind, std::uint64_t id) {
  encoder out;
  out.bytes = magic;
  out.number(protocol_version);
  encode(out, kind);
  out.number(id);
  return out;
}

std::string bare_frame(frame_kind kind, std::uint64_t id) {
  return begin_frame(kind, id).bytes;
}

std::optional<frame_header> read_header(decoder& in) {
  std::string_view mark;
  frame_header header;
  if (!in.raw(magic.size(), mark) || mark != magic || !in.number(header.version) || !decode(in, header.kind) ||
      !in.number(header.id))
    return std::nullopt;
  return header;
}

decoder content_of(std::string_view frame) {
  return decoder{frame.substr(std::min(frame.size(), header_size))};
}

// -- errors ---------------------------------------------------------------------------------------

error other_version_error(std::uint16_t theirs, std::string_view they_are) {
  return {.code = errc::unsupported,
          .message = std::string{they_are} + " has version " + std::to_string(theirs) +
                     " of the protocol between processes, this one has version " + std::to_string(protocol_version) +
                     "; run the same version of libkdb in both"};
}

std::string other_version_frame(std::uint16_t theirs) {
  auto out = begin_frame(frame_kind::other_version);
  out.text(other_version_error(theirs, "the other process").message);
  return std::move(out.bytes);
}

error lost_error(const std::string& peer, bool is_write) {
  return {.code = errc::unavailable,
          .message = "the connection to " + peer + ", which publishes the client, was lost",
          .retry_can_help = true,
          .outcome_unknown = is_write};
}

error bad_frame_error(std::string_view content) {
  return {.code = errc::protocol_error,
          .message = "the bytes of " + std::string{content} + " that came from another process can't be understood"};
}

error clear_text_error(std::string_view member) {
  const std::string accepted =
    "TLS for the publication and the connection, or allow_clear_text_credentials in the options of both";
  return {.code = errc::invalid_argument,
          .message =
            "the request has credentials or a password, which would travel to another process in clear text; use " + accepted,
          .detail = bad_argument{std::string{member}, accepted}};
}

error too_large_error(std::string_view content, std::size_t size) {
  return {.code = errc::message_too_large,
          .message = std::string{content} + " of " + std::to_string(size) + " bytes is larger than the " +
                     std::to_string(largest_frame) +
                     " bytes that can travel between processes at once; split it, or read in batches",
          .detail = size_limit{.limit = largest_frame, .actual = size, .event_id = {}}};
}

} // namespace kdb::inline v0::remote
