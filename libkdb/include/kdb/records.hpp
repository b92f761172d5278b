// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/event.hpp>
#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/property_value.hpp>

// Appends to many streams at once: the v2 protocol. Servers before 25.1 (append_to_streams) and 26.1 (append_records) answer
// `unsupported`.
namespace kdb {
inline namespace KDB_API v0 {

/// The format of the data.
enum class schema_format : std::uint8_t { json, protobuf, avro, bytes };

std::string_view to_string(schema_format format);

/// An event of the v2 protocol. Its properties become the event's metadata, its schema name the event's type.
struct new_record {
  /// Becomes the event type. Only letters, digits, and `_ . $ : -`, in Unicode normalization form C.
  std::string schema_name;
  std::string data{};
  /// The format of the data.
  schema_format format = schema_format::json;
  /// The properties, which become the metadata of the event.
  property_value::object properties{};
  /// The id of the schema in a schema registry.
  std::optional<uuid> schema_id{};
  /// Makes retries idempotent, as `new_event::id`.
  uuid id = random_uuid();

  friend bool operator==(const new_record&, const new_record&) = default;
};

/// "schema id (N bytes)": never the payload.
std::string to_string(const new_record& record);

/// The records for one stream in an append to several.
struct stream_append {
  std::string stream;
  std::vector<new_record> records{}; ///< The records for the stream, in their order.
  stream_state expected = stream_state::any;
};

/// One record with its stream, for appends that interleave streams.
struct stream_record {
  std::string stream;
  new_record record; ///< The record.
};

/// A state that a stream must have, or else nothing is appended. The append need not write to that stream.
struct consistency_check {
  /// The state that a check expects.
  enum class state : std::uint8_t { at_revision, no_stream, exists, soft_deleted, tombstoned };

  std::string stream;
  state expected = state::exists;
  /// The expected revision, for `at_revision`.
  stream_revision revision{};
};

/// Options of an append of records.
struct records_options {
  call_options call{};
};

/// The place of the records that an append has written.
struct records_result {
  /// A stream that was written to.
  struct stream {
    std::string name;
    stream_revision revision{}; ///< The revision of its last event.
    friend bool operator==(const stream&, const stream&) = default;
  };
  /// Every stream that was written to: in the order of the request for `append_to_streams`, in no particular order for `append_records`.
  std::vector<stream> streams{};
  /// The position of the last record.
  log_position position{};
  friend bool operator==(const records_result&, const records_result&) = default;
};

// -- requests ------------------------------------------------------------------------

/// Multi-stream append: appends to several streams, atomically. Each stream may appear once.
struct append_to_streams {
  using answer = records_result;
  std::vector<stream_append> appends; ///< The streams, each with its records.
  records_options options{};
};

/// Appends records to the streams that they name, atomically and in exactly this order, if all checks hold. Otherwise the error is
/// `consistency_violation`, with all checks that failed.
struct append_records {
  using answer = records_result;
  std::vector<stream_record> records;      ///< The records, in the order in which they are written.
  std::vector<consistency_check> checks{}; ///< The states that streams must have.
  records_options options{};
};

} // namespace v0
} // namespace kdb
