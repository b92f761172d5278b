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
  /// Letters, digits, `_ . $ : -` only, in NFC.
  std::string schema_name;
  std::string data{};
  /// The format of the data.
  schema_format format = schema_format::json;
  /// Become the metadata of the event.
  property_value::object properties{};
  /// Of the schema in a registry.
  std::optional<uuid> schema_id{};
  /// Makes retries safe.
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

/// A state that a stream must have for the append to happen; the stream need not be written to.
struct consistency_check {
  /// What the stream must be.
  enum class state : std::uint8_t { at_revision, no_stream, exists, soft_deleted, tombstoned };

  std::string stream;
  state expected = state::exists;
  /// For `at_revision`.
  stream_revision revision{};
};

/// Options of an append of records.
struct records_options {
  call_options call{};
};

/// Where the records are now.
struct records_result {
  /// A stream that was written to.
  struct stream {
    std::string name;
    stream_revision revision{}; ///< Of its last event.
    friend bool operator==(const stream&, const stream&) = default;
  };
  /// Every stream that was written to. In the order of the request for `append_to_streams`, in none for `append_records`.
  std::vector<stream> streams{};
  /// Of the last record.
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

/// Appends records to the streams they name, in exactly this order and atomically, if all checks hold. If not, the error is
/// `consistency_violation` with all checks that failed.
struct append_records {
  using answer = records_result;
  std::vector<stream_record> records;      ///< The records, in the order in which they are written.
  std::vector<consistency_check> checks{}; ///< The states that streams must have.
  records_options options{};
};

} // namespace v0
} // namespace kdb
