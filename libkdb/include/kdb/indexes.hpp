// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>

// User-defined indexes: with them a server finds events by values in their data without looking at all events. Read them with `read_all`
// and the filter `event_filter::user_index`. Servers before 26.0, and those without secondary indexes, answer `unsupported`.
namespace kdb {
inline namespace KDB_API v0 {

/// The type of the values in a field of an index.
enum class index_field_type : std::uint8_t {
  string,  ///< Text.
  float64, ///< Floating-point numbers of 64 bits.
  int32,   ///< Whole numbers of 32 bits.
  int64,   ///< Whole numbers of 64 bits.
};

/// The name of the enumerator.
std::string_view to_string(index_field_type type);

/// A field of an index: a value that the index stores for each event, so that events can be found by it.
struct index_field {
  /// Lower-case letters, digits, `_` and `-`: 1 to 1000 of them. Unique in its index.
  std::string name;
  /// A JavaScript function of the event that returns the value: `rec => rec.value.country`. The index leaves an event out if a value is
  /// not of the field's type or is `skip`, or if the event has no value for any field; `null` and `undefined` count as no value.
  std::string selector;
  index_field_type type = index_field_type::string; ///< The type of the value.
  /// Whether the server keeps a faster lookup for this field, which takes memory.
  bool optimize_lookups = false;

  friend bool operator==(const index_field&, const index_field&) = default;
};

/// The events that an index contains, and the values that it stores for them. It needs a filter or a field.
struct index_definition {
  /// A JavaScript function of the event: ``rec => rec.schema.name == 'order-placed'``. Events for which it is not `true` are left out. Empty: all
  /// events of streams whose name does not begin with `$`.
  std::string filter{};
  std::vector<index_field> fields{}; ///< At most 64.

  friend bool operator==(const index_definition&, const index_definition&) = default;
};

/// The state of an index.
enum class index_state : std::uint8_t {
  started, ///< It follows the log, and can be read.
  stopped, ///< It can't be read. Its contents are kept.
  deleted, ///< It is gone.
  unknown, ///< The server reports a state that libkdb does not know.
};

std::string_view to_string(index_state state);

/// An index as the server knows it.
struct index_info {
  std::string name;
  index_definition definition;              ///< The definition with which it was created.
  index_state state = index_state::unknown; ///< Its state.

  friend bool operator==(const index_info&, const index_info&) = default;
};

/// Options of an index to create.
struct create_index_options {
  /// Whether the index is started at once. It can be started later: `start_index`.
  bool start = true;
  call_options call{};
};

// -- requests ------------------------------------------------------------------------
// `index_not_found`: there is no such index. `indexes_not_ready`: the server is still reading the log, try again. Requests that change
// something are for members of `$admins` and `$ops`: others get `access_denied`.

/// Creates an index. The server reads all existing events into it, which takes a while. No effect if the index exists with the same
/// definition and state; otherwise `index_exists`. `invalid_argument` if the server can't compile a function.
struct create_index {
  using answer = void;
  std::string name;            ///< Lower-case letters, digits, `_` and `-`: 1 to 1000 of them.
  index_definition definition; ///< The events that it contains, and the fields by which they are found.
  create_index_options options{};
};

/// Starts an index, which continues where it was stopped. No effect if it is started already.
struct start_index {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Stops an index. A stopped index can't be read, and subscriptions to it end with `index_not_found`. No effect if it is stopped already.
struct stop_index {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Deletes an index, also one that is started. Subscriptions to it end with `index_not_found`. No effect if it was deleted before.
struct delete_index {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Returns one index.
struct get_index {
  using answer = index_info;
  std::string name;
  call_options call{};
};

/// Lists the indexes, in no particular order. A server that never had an index may fail with `server_error`; the message says so.
struct list_indexes {
  using answer = std::vector<index_info>;
  call_options call{};
};

} // namespace v0
} // namespace kdb
