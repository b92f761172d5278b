// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/v2_streams.hpp"

#include "kdb/kurrentdb/protocol/v2/streams/streams.pb.h"
#include "libkdb/policy/validate_writes.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/property_values.hpp"

namespace kdb::inline v0::wire {

namespace v2 = kurrentdb::protocol::v2::streams;

namespace {

// -- values to messages ------------------------------------------------------------------

v2::SchemaFormat to_message(schema_format format) {
  switch (format) {
    case schema_format::json: return v2::SCHEMA_FORMAT_JSON;
    case schema_format::protobuf: return v2::SCHEMA_FORMAT_PROTOBUF;
    case schema_format::avro: return v2::SCHEMA_FORMAT_AVRO;
    case schema_format::bytes: return v2::SCHEMA_FORMAT_BYTES;
  }
  return v2::SCHEMA_FORMAT_UNSPECIFIED;
}

void fill(v2::AppendRecord& target, const new_record& record) {
  target.set_record_id(to_string(record.id));
  for (const auto& [key, value] : record.properties)
    write_property((*target.mutable_properties())[key], value);
  auto& schema = *target.mutable_schema();
  schema.set_format(to_message(record.format));
  schema.set_name(record.schema_name);
  if (record.schema_id)
    schema.set_id(to_string(*record.schema_id));
  target.set_data(record.data);
}

std::int64_t to_number(const consistency_check& check) {
  using state = consistency_check::state;
  switch (check.expected) {
    case state::at_revision: return static_cast<std::int64_t>(check.revision.value);
    case state::no_stream: return -1;
    case state::exists: return -4;
    case state::soft_deleted: return -5;
    case state::tombstoned: return -6;
  }
  return -4;
}

// -- messages to values --------------------------------------------------------------------

unexpected not_understood() {
  return unexpected(
    {.code = errc::protocol_error, .message = "the server's answer to an append can't be understood", .outcome_unknown = true});
}

/// Positions of this version are one number, the same for commit and prepare.
log_position to_position(std::int64_t number) {
  const auto place = static_cast<std::uint64_t>(number);
  return {place, place};
}

} // namespace

std::vector<std::string> encode_append_session(std::span<const stream_append> appends) {
  std::vector<std::string> messages;
  messages.reserve(appends.size());
  for (const auto& append : appends) {
    v2::AppendRequest message;
    message.set_stream(append.stream);
    message.set_expected_revision(append.expected.number());
    for (const auto& record : append.records)
      fill(*message.add_records(), record);
    messages.push_back(message.SerializeAsString());
  }
  return messages;
}

result<records_result> decode_append_session(std::string_view bytes) {
  v2::AppendSessionResponse message;
  if (!parse_message(message, bytes))
    return not_understood();
  records_result done{.position = to_position(message.position())};
  for (const auto& each : message.output()) {
    if (each.stream_revision() < 0)
      return not_understood();
    done.streams.push_back({each.stream(), {static_cast<std::uint64_t>(each.stream_revision())}});
  }
  return done;
}

std::string encode_append_records(std::span<const stream_record> records, std::span<const consistency_check> checks) {
  v2::AppendRecordsRequest message;
  for (const auto& each : records) {
    auto& record = *message.add_records();
    fill(record, each.record);
    record.set_stream(each.stream);
  }
  for (const auto& each : checks) {
    auto& state = *message.add_checks()->mutable_stream_state();
    state.set_stream(each.stream);
    state.set_expected_state(to_number(each));
  }
  return message.SerializeAsString();
}

result<records_result> decode_append_records(std::string_view bytes) {
  v2::AppendRecordsResponse message;
  if (!parse_message(message, bytes))
    return not_understood();
  records_result done{.position = to_position(message.position())};
  for (const auto& each : message.revisions()) {
    if (each.revision() < 0)
      return not_understood();
    done.streams.push_back({each.stream(), {static_cast<std::uint64_t>(each.revision())}});
  }
  return done;
}

// -- the operations ---------------------------------------------------------------------

template <>
operation<append_to_streams> describe() {
  return {.method = "/kurrentdb.protocol.v2.streams.StreamsService/AppendSession",
          .feature = "kurrentdb.protocol.v2.streams.streamsservice/appendsession",
          .leader_only = true,
          .check = [](const append_to_streams& r) { return policy::check_append_to_streams(r.appends, r.options.call); },
          .encode = [](const append_to_streams& r) { return encode_append_session(r.appends); },
          .decode = in_one_message<records_result, decode_append_session>};
}

template <>
operation<append_records> describe() {
  return {.method = "/kurrentdb.protocol.v2.streams.StreamsService/AppendRecords",
          .feature = "kurrentdb.protocol.v2.streams.streamsservice/appendrecords",
          .leader_only = true,
          .check = [](const append_records& r) { return policy::check_append_records(r.records, r.checks, r.options.call); },
          .encode = [](const append_records& r) { return message_list{encode_append_records(r.records, r.checks)}; },
          .decode = in_one_message<records_result, decode_append_records>};
}

} // namespace kdb::inline v0::wire
