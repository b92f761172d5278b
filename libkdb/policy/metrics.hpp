// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "libkdb/policy/spans.hpp"
#include <kdb/consume.hpp>
#include <kdb/meter.hpp>

// The one list of metrics. docs/metrics.md is made from it. Names and units follow the semantic conventions of OpenTelemetry; what these
// do not name begins with `kurrentdb.client.`.

/// X(id, kind, name, unit, attributes, description)
#define KDB_METRICS(X)                                                                                                           \
  X(operation_duration, histogram, "db.client.operation.duration", "s", "db.system.name db.operation.name error.type",           \
    "Time from the request until the answer, with all waits and retries; of a read until its end, of a subscription until "      \
    "the server confirms it.")                                                                                                   \
  X(appended_events, counter, "kurrentdb.client.append.events", "{event}", "", "Events that were appended to one stream.")       \
  X(appends_in_flight, up_down_counter, "kurrentdb.client.append.in_flight", "{append}", "",                                     \
    "Appends that were sent and are not answered yet.")                                                                          \
  X(append_bytes_in_flight, up_down_counter, "kurrentdb.client.append.in_flight.size", "By", "",                                 \
    "Bytes of the appends in flight.")                                                                                           \
  X(appends_queued, up_down_counter, "kurrentdb.client.append.queued", "{append}", "",                                           \
    "Appends that wait for a node, or for others to be answered.")                                                               \
  X(append_bytes_queued, up_down_counter, "kurrentdb.client.append.queued.size", "By", "", "Bytes of the appends that wait.")    \
  X(open_streams, up_down_counter, "kurrentdb.client.streams.open", "{stream}", "kurrentdb.stream.kind",                         \
    "Reads, subscriptions and consumers that have begun and not ended.")                                                         \
  X(delivered_batches, counter, "kurrentdb.client.delivered.batches", "{batch}", "kurrentdb.stream.kind",                        \
    "Batches handed to the program.")                                                                                            \
  X(delivered_events, counter, "kurrentdb.client.delivered.events", "{event}", "kurrentdb.stream.kind",                          \
    "Events handed to the program.")                                                                                             \
  X(delivery_lag, histogram, "kurrentdb.client.delivery.lag", "s", "kurrentdb.stream.kind",                                      \
    "Age of the last event of a batch when a subscriber gets it, by the clocks of the server and of this machine.")              \
  X(subscriber_duration, histogram, "kurrentdb.client.subscriber.duration", "s", "kurrentdb.stream.kind",                        \
    "Time that a subscriber takes for a batch.")                                                                                 \
  X(answers, counter, "kurrentdb.client.consumer.answers", "{event}", "kurrentdb.answer",                                        \
    "Answers to events of persistent subscriptions: ack, stale, or the action of a nack.")                                       \
  X(retries, counter, "kurrentdb.client.retries", "{retry}", "db.operation.name error.type",                                     \
    "Operations that were tried again, by the failure before.")                                                                  \
  X(resumes, counter, "kurrentdb.client.resumes", "{resume}", "kurrentdb.stream.kind error.type",                                \
    "Subscriptions and consumers that were resumed, by the failure before.")                                                     \
  X(reconnects, counter, "kurrentdb.client.reconnects", "{reconnect}", "error.type", "Nodes that were left, by the cause.")      \
  X(failed_attempts, counter, "kurrentdb.client.discovery.failures", "{attempt}", "error.type",                                  \
    "Attempts to find a node that have failed, by the cause.")                                                                   \
  X(attempts, counter, "kurrentdb.client.discovery.attempts", "{attempt}", "", "Attempts to find a node.")                       \
  X(connections, up_down_counter, "kurrentdb.client.connections", "{connection}", "", "HTTP/2 connections to the node in use.")  \
  X(transport_bytes, up_down_counter, "kurrentdb.client.transport.memory", "By", "",                                             \
    "Bytes of messages that the transport holds: requests that were not sent yet, and answers that were not handed over yet.")   \
  X(calls, up_down_counter, "kurrentdb.client.calls", "{call}", "", "Calls under way on these connections.")                     \
  X(restarts, counter, "kurrentdb.client.worker.restarts", "{restart}", "kurrentdb.worker",                                      \
    "Workers of the client that were replaced after a bug.")

namespace kdb::inline v0::policy {

enum class metric_id : std::uint8_t {
#define KDB_X(id, kind, name, unit, attributes, description) id,
  KDB_METRICS(KDB_X)
#undef KDB_X
};

/// What the conventions advise for durations, with the shortest ones split further: an append on a local network takes less than a millisecond.
inline constexpr std::array duration_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
/// From live to a day behind.
inline constexpr std::array lag_buckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 60.0, 600.0, 3600.0, 86400.0};

constexpr std::span<const double> buckets_of(metric_id id, metric_kind kind) {
  if (kind != metric_kind::histogram)
    return {};
  return id == metric_id::delivery_lag ? std::span<const double>{lag_buckets} : std::span<const double>{duration_buckets};
}

/// All metrics, in the order of their ids.
inline constexpr std::array all_metrics{
#define KDB_X(id, kind, name, unit, attributes, description)                                                                     \
  metric{metric_kind::kind, name, unit, description, attributes, buckets_of(metric_id::id, metric_kind::kind)},
  KDB_METRICS(KDB_X)
#undef KDB_X
};

constexpr const metric& describe(metric_id id) {
  return all_metrics[static_cast<std::size_t>(id)];
}

/// The kind of a stream of events, in the attribute `kurrentdb.stream.kind`.
enum class stream_kind : std::uint8_t { read, subscription, consumer };

std::string_view to_string(stream_kind kind);

/// The answer to an event of a persistent subscription, in the attribute `kurrentdb.answer`. The nacks are in the order of
/// `nack_action`.
enum class answer_kind : std::uint8_t { ack, stale, unknown, park, retry, skip, stop };

answer_kind kind_of(const outcome& answer);

/// The worker that is replaced after a bug, in the attribute `kurrentdb.worker`.
enum class worker_kind : std::uint8_t { credentials_keeper, connection, appender, management };
inline constexpr std::string_view worker_names[] = {"credentials_keeper", "connection", "appender", "management"};

/// The attributes of a metric. The variant is the operation, the kind of the stream, the answer or the worker, as the metric has one.
attribute_list attributes_of(metric_id id, std::uint8_t variant, std::optional<errc> cause);

} // namespace kdb::inline v0::policy
