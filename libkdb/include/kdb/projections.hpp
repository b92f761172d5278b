// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>
#include <kdb/property_value.hpp>

// Projections: queries in JavaScript that the server runs over its events, and the five standard ones. Only the leader runs them, and
// only if the server was started with projections. A node that is not the leader, or whose projections have not started yet, never
// answers. Calls without a deadline therefore end after `silence_limit`.
namespace kdb {
inline namespace KDB_API v0 {

/// The projections that every server with projections has. Once enabled (a server enables them itself only with
/// `StartStandardProjections`) they write links into streams like `$ce-<category>`. They can't be deleted.
namespace standard_projection {
inline constexpr const char* by_category = "$by_category";               ///< Into `$ce-<category>`.
inline constexpr const char* by_event_type = "$by_event_type";           ///< Into `$et-<type>`.
inline constexpr const char* by_correlation_id = "$by_correlation_id";   ///< Into `$bc-<correlation id>`.
inline constexpr const char* stream_by_category = "$stream_by_category"; ///< The names of streams, into `$category-<category>`.
inline constexpr const char* streams = "$streams";                       ///< The first event of each stream, into `$streams`.
} // namespace standard_projection

/// The version of the engine that runs the query. Servers without the second one use the first, without an error.
enum class projection_engine : std::uint8_t { v1 = 1, v2 = 2 };

/// Options of a projection to create.
struct create_projection_options {
  /// Whether the query may write events (`emit`) and links (`linkTo`).
  bool emit = false;
  /// Whether the server keeps a list of the streams that the query writes to, so that they can be deleted with the projection. Needs
  /// `emit` and the engine `v1`.
  bool track_emitted_streams = false;
  projection_engine engine = projection_engine::v1;
  /// Kept with the definition of the projection. Servers before 26.2 ignore them.
  property_value::object properties{};
  call_options call{};
};

/// Options of a one-time projection, which processes the existing events and then completes. The server chooses its name.
struct create_one_time_projection_options {
  projection_engine engine = projection_engine::v1;
  property_value::object properties{}; ///< As in `create_projection_options`.
  call_options call{};
};

/// Options of a transient projection.
struct create_transient_projection_options {
  projection_engine engine = projection_engine::v1;
  property_value::object properties{}; ///< As in `create_projection_options`.
  call_options call{};
};

/// Options of an update.
struct update_projection_options {
  /// Whether the query may write events and links from now on. Unset: as before.
  std::optional<bool> emit{};
  /// Kept with the new definition. Servers before 26.2 ignore them.
  property_value::object properties{};
  call_options call{};
};

/// What else to delete with the projection.
struct delete_projection_options {
  /// The streams that it wrote. Only for projections with `track_emitted_streams`.
  bool delete_emitted_streams = false;
  /// The stream with its state.
  bool delete_state_stream = false;
  /// The stream with its checkpoints.
  bool delete_checkpoint_stream = false;
  call_options call{};
};

/// Options of `get_projection_state` and `get_projection_result`.
struct projection_state_options {
  /// The partition. Empty: the whole projection.
  std::string partition{};
  call_options call{};
};

/// Which projections to list.
enum class projection_mode : std::uint8_t { all, continuous, one_time, transient };

/// The statistics of a projection, in the server's words.
struct projection_statistics {
  std::string name;
  /// The name that the server uses internally.
  std::string effective_name;
  /// "Continuous", "OneTime" or "Transient".
  std::string mode;
  /// "Running", "Stopped", "Faulted (Enabled)", "Aborted/Stopped" and so on.
  std::string status;
  /// The reason why it is faulted.
  std::string state_reason;
  /// Counts the changes of the projection.
  std::int64_t version = 0;
  /// The version at its last reset.
  std::int64_t epoch = 0;
  /// Its position: "C:123/P:123" in $all, "stream: 2" in a stream.
  std::string position;
  /// The percentage of events that it has processed, 0 to 100; -1 before it starts.
  float progress = 0;
  /// The position from which it would resume, in the form of `position`.
  std::string last_checkpoint;
  std::string checkpoint_status;                           ///< The state of writing a checkpoint.
  std::int64_t core_processing_time = 0;                   ///< In the server's unit.
  std::int64_t events_processed_after_restart = 0;         ///< Events processed since its last start.
  std::int64_t buffered_events = 0;                        ///< Events that wait.
  std::int32_t partitions_cached = 0;                      ///< Partitions whose state is in memory.
  std::int32_t reads_in_progress = 0;                      ///< Reads that run.
  std::int32_t writes_in_progress = 0;                     ///< Writes that run.
  std::int32_t write_pending_events_before_checkpoint = 0; ///< Events to write before the next checkpoint.
  std::int32_t write_pending_events_after_checkpoint = 0;  ///< Events to write after the next checkpoint.

  friend bool operator==(const projection_statistics&, const projection_statistics&) = default;
};

// -- requests ------------------------------------------------------------------------
// `projection_not_found`: there is no such projection. `projection_failed`: the server refuses the request in the projection's current
// state. `invalid_argument`: the definition is too large for the server. Requests that change something are for members of `$admins` and
// `$ops`: others get `access_denied`.

/// Creates a continuous projection. `projection_exists` if there is one of that name. The server accepts a query that does not compile:
/// the projection is then faulted, and `get_projection_statistics` returns the reason. A server that runs only the standard projections
/// accepts the query too, but does not run it.
struct create_projection {
  using answer = void;
  std::string name;
  std::string query;
  create_projection_options options{};
};

/// Runs a query once over the events that exist now. The server chooses the name: find it with `list_projections`.
struct create_one_time_projection {
  using answer = void;
  std::string query;
  create_one_time_projection_options options{};
};

/// Runs a query until the server restarts, without checkpoints. Servers of version 26 refuse it with `projection_failed`: create a
/// `create_one_time_projection`, or an index (`create_index`).
struct create_transient_projection {
  using answer = void;
  std::string name;
  std::string query;
  create_transient_projection_options options{};
};

/// Replaces the query of a projection. A running projection continues from its position with the new query; a stopped one stays stopped.
struct update_projection {
  using answer = void;
  std::string name;
  std::string query;
  update_projection_options options{};
};

/// Deletes a projection that is stopped or faulted: disable it first. `projection_failed` for one that is running, and for the standard
/// projections.
struct delete_projection {
  using answer = void;
  std::string name;
  delete_projection_options options{};
};

/// Enables a projection: it continues from its position. No effect if it is running.
struct enable_projection {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Disables a projection after it has written a checkpoint.
struct disable_projection {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Stops a projection at once, without a checkpoint. It stays enabled: disable it before you delete it.
struct abort_projection {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Resets a projection: it starts again with the first event.
struct reset_projection {
  using answer = void;
  std::string name;
  call_options call{};
};

/// Returns the statistics of one projection.
struct get_projection_statistics {
  using answer = projection_statistics;
  std::string name;
  call_options call{};
};

/// Lists the projections, in no particular order.
struct list_projections {
  using answer = std::vector<projection_statistics>;
  projection_mode mode = projection_mode::all; ///< Which projections.
  call_options call{};
};

/// Returns the state of a projection as JSON, with the members of objects in the order of their names. "{}" if it has none, as the
/// standard projections.
struct get_projection_state {
  using answer = std::string;
  std::string name;
  projection_state_options options{};
};

/// Returns the result of a projection as JSON: its state after `transformBy` and `filterBy`.
struct get_projection_result {
  using answer = std::string;
  std::string name;
  projection_state_options options{};
};

/// Restarts the projections subsystem of the node in use. `projection_failed` if the node is not the leader, or is restarting them already.
/// Requests sent right afterwards may not be answered.
struct restart_projections {
  using answer = void;
  call_options call{};
};

} // namespace v0
} // namespace kdb
