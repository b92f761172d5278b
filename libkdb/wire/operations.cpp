// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/operations.hpp"

#include <string>

#include "kdb/event_store/client/monitoring.pb.h"
#include "kdb/event_store/client/operations.pb.h"
#include "libkdb/policy/operations.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::operations;

std::string encode_start_scavenge(const scavenge_options& options) {
  v1::StartScavengeReq message;
  message.mutable_options()->set_thread_count(options.threads);
  message.mutable_options()->set_start_from_chunk(options.start_from_chunk);
  return message.SerializeAsString();
}

std::string encode_stop_scavenge(std::string_view id) {
  v1::StopScavengeReq message;
  message.mutable_options()->set_scavenge_id(std::string{id});
  return message.SerializeAsString();
}

std::string encode_node_priority(std::int32_t priority) {
  v1::SetNodePriorityReq message;
  message.set_priority(priority);
  return message.SerializeAsString();
}

result<scavenge_result> decode_scavenge(std::string_view message) {
  v1::ScavengeResp answer;
  if (!parse_message(answer, message))
    return unexpected(errc::protocol_error, "the server's answer about a scavenge can't be understood");
  switch (answer.scavenge_result()) {
    case v1::ScavengeResp::Started: return scavenge_result{answer.scavenge_id(), scavenge_state::started};
    case v1::ScavengeResp::InProgress: return scavenge_result{answer.scavenge_id(), scavenge_state::in_progress};
    case v1::ScavengeResp::Stopped: return scavenge_result{answer.scavenge_id(), scavenge_state::stopped};
    default: break;
  }
  return unexpected(errc::protocol_error, "the server's answer has an unknown state of a scavenge: " +
                                            std::to_string(static_cast<int>(answer.scavenge_result())));
}

// -- the operations ---------------------------------------------------------------------

namespace {

std::string encode_statistics_request() {
  // A period of 0 means as often as the server can; only the first message is wanted.
  constexpr std::uint64_t period_in_ms = 60'000;
  event_store::client::monitoring::StatsReq message;
  message.set_refresh_time_period_in_ms(period_in_ms);
  return message.SerializeAsString();
}

result<server_statistics> decode_statistics(std::string_view message) {
  event_store::client::monitoring::StatsResp answer;
  if (!parse_message(answer, message))
    return unexpected(errc::protocol_error, "the server's answer has no readable statistics");
  return server_statistics{{answer.stats().begin(), answer.stats().end()}};
}

constexpr silence no_word_of_scavenges{.reason = "servers may not answer about scavenges: a server that keeps its events in "
                                                 "memory has none, and some servers stop one without an answer"};

} // namespace

template <>
operation<start_scavenge> describe() {
  return {.method = "/event_store.client.operations.Operations/StartScavenge",
          .silence = &no_word_of_scavenges,
          .check = [](const start_scavenge& r) { return policy::check_start_scavenge(r.options); },
          .encode = [](const start_scavenge& r) { return message_list{encode_start_scavenge(r.options)}; },
          .decode = in_one_message<scavenge_result, decode_scavenge>};
}

template <>
operation<stop_scavenge> describe() {
  return {.method = "/event_store.client.operations.Operations/StopScavenge",
          .silence = &no_word_of_scavenges,
          .check = [](const stop_scavenge& r) { return policy::check_stop_scavenge(r.id, r.call); },
          .encode = [](const stop_scavenge& r) { return message_list{encode_stop_scavenge(r.id)}; },
          .decode = in_one_message<scavenge_result, decode_scavenge>};
}

template <>
operation<merge_indexes> describe() {
  return {.method = "/event_store.client.operations.Operations/MergeIndexes"};
}

template <>
operation<resign_node> describe() {
  return {.method = "/event_store.client.operations.Operations/ResignNode"};
}

template <>
operation<set_node_priority> describe() {
  return {.method = "/event_store.client.operations.Operations/SetNodePriority",
          .effect = effect::idempotent_write,
          .encode = [](const set_node_priority& r) { return message_list{encode_node_priority(r.priority)}; }};
}

template <>
operation<get_statistics> describe() {
  return {.method = "/event_store.client.monitoring.Monitoring/Stats",
          .effect = effect::read,
          .first_answer = true,
          .starts_in_time = true,
          .encode = [](const get_statistics&) { return message_list{encode_statistics_request()}; },
          .decode = in_one_message<server_statistics, decode_statistics>};
}

template <>
operation<shut_down_node> describe() {
  return {.method = "/event_store.client.operations.Operations/Shutdown"};
}

} // namespace kdb::inline v0::wire
