// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/error.hpp>
#include <kdb/export.hpp>
#include <kdb/filter.hpp>
#include <kdb/position.hpp>

// Persistent subscriptions: groups of consumers whose progress the server keeps. A group is named by `group_name`, with "$all" as
// the stream for groups on $all. All of this is served by the leader.
namespace kdb {
inline namespace KDB_API v0 {

/// The strategies by which a group chooses the consumer of an event. Servers may have more.
namespace consumer_strategy {
inline constexpr const char* round_robin = "RoundRobin";                    ///< The next consumer in turn that has room.
inline constexpr const char* dispatch_to_single = "DispatchToSingle";       ///< The same consumer until it has no room.
inline constexpr const char* pinned = "Pinned";                             ///< By the name of the event's stream.
inline constexpr const char* pinned_by_correlation = "PinnedByCorrelation"; ///< By `$correlationId` in the event's metadata.
} // namespace consumer_strategy

/// The settings of a group. The defaults are those that the server documents.
struct group_settings {
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  /// Whether the server measures how long consumers take; see `group_connection::measurements`.
  bool extra_statistics = false;
  /// An event that is not answered within this time is delivered again, up to a second later. Above 0.
  std::chrono::milliseconds message_timeout{30'000};
  /// How often an event is retried before it is parked.
  std::int32_t max_retries = 10;
  /// The server writes a checkpoint when this time has passed and `min_checkpoint` events were answered, or as soon as
  /// `max_checkpoint` were. 0: never by time.
  std::chrono::milliseconds checkpoint_after{2'000};
  /// Processed events before a checkpoint is written by time.
  std::int32_t min_checkpoint = 10;
  /// Processed events after which a checkpoint is written in any case.
  std::int32_t max_checkpoint = 1'000;
  /// The maximum number of consumers at the same time; 0: no limit.
  std::int32_t max_subscribers = 0;
  /// New events kept in memory; a group that falls further behind reads from the log again.
  std::int32_t live_buffer = 500;
  /// Events read from the log at once. Less than `history_buffer`.
  std::int32_t read_batch = 20;
  /// Events from the log kept in memory.
  std::int32_t history_buffer = 500;
  /// One of `consumer_strategy`, or the exact name of another strategy of the server.
  std::string strategy = consumer_strategy::round_robin;

  friend bool operator==(const group_settings&, const group_settings&) = default;
};

/// Where a group without a checkpoint starts, in its stream or in $all. The event at that place is included.
using group_start = std::variant<stream_position, all_position>;

/// Options of a group on a stream.
struct create_group_options {
  /// Included. By default existing events are consumed, too.
  stream_position from = stream_start;
  group_settings settings{};
  call_options call{};
};

/// Options of a group on $all.
struct create_group_on_all_options {
  /// Included. By default existing events are consumed, too.
  all_position from = all_start;
  /// Only events that match are consumed. Can't be changed later. Its window and checkpoint interval have no effect here.
  std::optional<event_filter> filter{};
  group_settings settings{};
  call_options call{};
};

/// Options of an update, which replaces all settings and the start. An update can only name the first three strategies of
/// `consumer_strategy`.
struct update_group_options {
  stream_position from = stream_start; ///< Included. The place to start from.
  group_settings settings{};
  call_options call{};
};

/// Options of an update of a group on $all, which replaces all settings and the start, and keeps the filter.
struct update_group_on_all_options {
  all_position from = all_start; ///< Included. The place to start from.
  group_settings settings{};
  call_options call{};
};

/// Changes of a group. Unset members keep their value.
struct group_changes {
  std::optional<group_start> from{}; ///< The place to start from, included.
  std::optional<bool> resolve_links{};
  std::optional<bool> extra_statistics{};
  std::optional<std::chrono::milliseconds> message_timeout{};
  std::optional<std::int32_t> max_retries{};
  std::optional<std::chrono::milliseconds> checkpoint_after{};
  std::optional<std::int32_t> min_checkpoint{};
  std::optional<std::int32_t> max_checkpoint{};
  std::optional<std::int32_t> max_subscribers{};
  std::optional<std::int32_t> live_buffer{};
  std::optional<std::int32_t> read_batch{};
  std::optional<std::int32_t> history_buffer{};
  /// One of the first three of `consumer_strategy`: an update can't name others.
  std::optional<std::string> strategy{};
};

/// A place in what a group consumes.
using group_position = std::variant<stream_revision, log_position>;

/// One consumer of a group, as the server sees it.
struct group_connection {
  /// Empty with current servers.
  std::string from;
  /// Login name of the consumer.
  std::string user;
  /// The name of the connection.
  std::string name;
  /// Events a second, on average.
  std::int32_t average_per_second = 0;
  /// Events since the start.
  std::int64_t total_items = 0;
  /// Events since the previous measurement.
  std::int64_t items_since_last_measurement = 0;
  /// Only with `extra_statistics`: durations by names like "Mean" or "99%", in the server's unit.
  std::vector<std::pair<std::string, std::int64_t>> measurements{};
  std::int32_t available_slots = 0; ///< Events that may be sent to it now.
  std::int32_t in_flight = 0;       ///< Events that it has not answered.
};

/// A group: its settings, its progress, its consumers.
struct group_info {
  group_name name;
  /// The server's text: "Live", "Behind" and so on, or several of them with commas.
  std::string status;
  group_settings settings{};
  /// Where the group starts. Unset if the server's text can't be parsed.
  std::optional<group_start> from{};
  /// The last checkpoint. Unset before the first one.
  std::optional<group_position> last_checkpoint{};
  /// The position of the last event that the group knows. Unset until it knows one.
  std::optional<group_position> last_known{};
  std::vector<group_connection> connections{}; ///< Its consumers.
  std::int32_t average_per_second = 0;
  std::int64_t total_items = 0;
  std::int64_t items_since_last_measurement = 0;
  std::int32_t read_buffered = 0;  ///< Events read from the log that wait.
  std::int64_t live_buffered = 0;  ///< New events that wait.
  std::int32_t retry_buffered = 0; ///< Events that wait for another delivery.
  std::int32_t in_flight = 0;      ///< Events that consumers have not answered.
  std::int32_t outstanding = 0;    ///< Events that were delivered and are not processed yet.
  std::int64_t parked = 0;         ///< Events that were put aside.
};

/// Options of replaying or discarding parked events.
struct parked_options {
  /// The number in the stream of parked events at which to stop, excluded. Unset: all parked events.
  std::optional<std::uint64_t> stop_at{};
  call_options call{};
};

/// "stream::group".
std::string to_string(const group_name& name);

// -- requests ------------------------------------------------------------------------
// All of these are served by the leader. `group_not_found`: there is no such group. `group_failed`: the server refuses, and the message
// holds its reason.

/// Creates a group on a stream, which need not exist. `group_exists` if the group does.
struct create_group {
  using answer = void;
  std::string stream;
  std::string group;
  create_group_options options{};
};

/// Creates a group on $all.
struct create_group_on_all {
  using answer = void;
  std::string group;
  create_group_on_all_options options{};
};

/// Replaces all settings and the start of a group. The server disconnects its consumers; libkdb's resume by themselves.
struct update_group {
  using answer = void;
  std::string stream;
  std::string group;
  update_group_options options{};
};

/// Replaces all settings and the start of a group on $all. The filter stays.
struct update_group_on_all {
  using answer = void;
  std::string group;
  update_group_on_all_options options{};
};

/// Changes the settings that are set in `changes` and keeps the others: reads the current settings, then updates. Not atomic: if two
/// changes run at the same time, the later one may undo the earlier one.
struct change_group {
  using answer = void;
  group_name name;
  group_changes changes{}; ///< The changes.
  call_options call{};
};

/// Deletes a group, with its progress and its parked events, and ends its consumers.
struct delete_group {
  using answer = void;
  group_name name;
  call_options call{};
};

/// Returns the settings, the progress and the consumers of a group.
struct get_group_info {
  using answer = group_info;
  group_name name;
  call_options call{};
};

/// Lists the groups of a stream, of "$all", or, without a stream, all groups. `group_not_found` for a stream that never had one.
struct list_groups {
  using answer = std::vector<group_info>;
  std::optional<std::string> stream{};
  call_options call{};
};

/// Replays the parked events of a group. Completes when the replay has started.
struct replay_parked {
  using answer = void;
  group_name name;
  parked_options options{};
};

/// Discards the parked events of a group.
struct truncate_parked {
  using answer = void;
  group_name name;
  parked_options options{};
};

/// Restarts the server's persistent subscriptions subsystem. The server disconnects all consumers; libkdb's resume by themselves.
struct restart_persistent_subscriptions {
  using answer = void;
  call_options call{};
};

} // namespace v0
} // namespace kdb
