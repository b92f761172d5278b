// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <kdb/connection_change.hpp>
#include <kdb/endpoint.hpp>
#include <kdb/error.hpp>

// What the log tells, for programs that read it. The table in docs/guide/logging.md is made of this list.
namespace kdb::inline v0::policy {

// clang-format off
#define KDB_LOG_EVENTS(X)                                                                                                          \
  X(connected, "connection.connected", "A node is in use.", "server.address server.port server.version kurrentdb.attempts")        \
  X(node_lost, "connection.lost", "The node in use was lost.", "error.type kurrentdb.pause_ms")                                    \
  X(attempt_failed, "connection.attempt_failed", "An attempt to find a node failed.",                                              \
    "kurrentdb.attempts error.type kurrentdb.pause_ms")                                                                            \
  X(gave_up, "connection.gave_up", "All attempts of a round failed.", "error.type")                                                \
  X(phase_changed, "connection.phase", "The connection is in another state.", "kurrentdb.phase")                                   \
  X(closed, "client.closed", "The client has closed.", "error.type")                                                               \
  X(worker_replaced, "client.worker_replaced", "A part of the client failed and was replaced.", "kurrentdb.worker")                \
  X(setting_warned, "client.setting", "A setting that the client has to warn of, or ignores.", "")                                 \
  X(credentials_failed, "credentials.failed", "The credentials provider failed.", "error.type")                                    \
  X(credentials_restored, "credentials.restored", "The credentials provider has answered again.", "kurrentdb.attempts")            \
  X(stream_lost, "subscription.lost", "A subscription or a consumer has lost its node, and resumes.",                              \
    "db.kurrentdb.stream kurrentdb.group error.type")                                                                              \
  X(stream_resumed, "subscription.resumed", "A subscription or a consumer has resumed.",                                           \
    "db.kurrentdb.stream kurrentdb.group server.address server.port kurrentdb.attempts")                                           \
  X(subscriber_slow, "subscriber.slow", "A subscriber took long for a batch.",                                                     \
    "db.kurrentdb.stream kurrentdb.group kurrentdb.subscriber kurrentdb.duration_ms")                                              \
  X(reading_unchecked, "reading.unchecked", "A reading ended with an error that the program did not check.", "error.type")         \
  X(statistics_unchecked, "statistics.unchecked", "A watch of statistics ended with an error that the program did not check.",     \
    "error.type")                                                                                                                  \
  X(lines_dropped, "log.dropped", "The sink is too slow, and lines were dropped.", "kurrentdb.lines")
// clang-format on

enum class log_event : std::uint8_t {
#define KDB_X(id, name, about, fields) id,
  KDB_LOG_EVENTS(KDB_X)
#undef KDB_X
};

struct log_event_about {
  std::string_view name;
  std::string_view about;
  std::string_view fields; ///< That it may have, with spaces between them.
};

inline constexpr auto all_log_events = std::to_array<log_event_about>({
#define KDB_X(id, name, about, fields) {name, about, fields},
  KDB_LOG_EVENTS(KDB_X)
#undef KDB_X
});

constexpr std::string_view name_of(log_event event) {
  return all_log_events[static_cast<std::size_t>(event)].name;
}

/// A field with a text of its own.
struct log_field {
  std::string_view name;
  std::variant<std::string, std::int64_t> value;
};
using log_fields = std::vector<log_field>;

inline log_field attempts_field(unsigned count) {
  return {"kurrentdb.attempts", std::int64_t{count}};
}

inline log_field cause_field(const error& cause) {
  return {"error.type", std::string{to_string(cause.code)}};
}

/// The fields with one more.
inline log_fields with_field(log_fields fields, log_field field) {
  fields.push_back(std::move(field));
  return fields;
}

/// The fields with those of a node behind them.
inline log_fields with_node(log_fields fields, const endpoint& node) {
  fields.push_back({"server.address", node.host});
  fields.push_back({"server.port", std::int64_t{node.port}});
  return fields;
}

/// What a change of the connection is for the log.
struct logged_change {
  log_event event;
  log_fields fields;
};
/// `attempts` is how many have failed before a node was found.
logged_change to_log(const connection_change& change, unsigned attempts);

} // namespace kdb::inline v0::policy
