// SPDX-License-Identifier: Apache-2.0
#include "kdb/event_store/client/streams.pb.h"
#include "libkdb/policy/validate_writes.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/streams.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::streams;

namespace {

template <class Request>
std::string encode_target(std::string_view stream, stream_state expected) {
  Request message;
  auto& options = *message.mutable_options();
  options.mutable_stream_identifier()->set_stream_name(std::string{stream});
  if (expected.is_any())
    options.mutable_any();
  else if (expected.is_no_stream())
    options.mutable_no_stream();
  else if (expected.is_exists())
    options.mutable_stream_exists();
  else
    options.set_revision(expected.revision().value);
  return message.SerializeAsString();
}

template <class Response>
result<delete_result> decode_position(std::string_view bytes) {
  Response message;
  if (!parse_message(message, bytes))
    return unexpected({.code = errc::protocol_error,
                       .message = "the server's answer to a deletion can't be understood",
                       .outcome_unknown = true});
  if (!message.has_position())
    return delete_result{};
  return delete_result{log_position{message.position().commit_position(), message.position().prepare_position()}};
}

} // namespace

std::string encode_delete(std::string_view stream, stream_state expected) {
  return encode_target<v1::DeleteReq>(stream, expected);
}

result<delete_result> decode_delete(std::string_view message) {
  return decode_position<v1::DeleteResp>(message);
}

std::string encode_tombstone(std::string_view stream, stream_state expected) {
  return encode_target<v1::TombstoneReq>(stream, expected);
}

result<delete_result> decode_tombstone(std::string_view message) {
  return decode_position<v1::TombstoneResp>(message);
}

// -- the operations ---------------------------------------------------------------------

template <>
operation<delete_stream> describe() {
  return {.method = "/event_store.client.streams.Streams/Delete",
          .check = [](const delete_stream& r) { return policy::check_delete(r.stream, r.expected, r.options.call); },
          .encode = [](const delete_stream& r) { return message_list{encode_delete(r.stream, r.expected)}; },
          .decode = in_one_message<delete_result, decode_delete>};
}

template <>
operation<tombstone_stream> describe() {
  return {.method = "/event_store.client.streams.Streams/Tombstone",
          .check = [](const tombstone_stream& r) { return policy::check_delete(r.stream, r.expected, r.options.call); },
          .encode = [](const tombstone_stream& r) { return message_list{encode_tombstone(r.stream, r.expected)}; },
          .decode = in_one_message<delete_result, decode_tombstone>};
}

} // namespace kdb::inline v0::wire
