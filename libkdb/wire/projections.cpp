// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/projections.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "kdb/event_store/client/projections.pb.h"
#include "libkdb/policy/projections.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"
#include "libkdb/wire/property_values.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::projections;

namespace {

/// Requests that name a projection, and perhaps more.
template <class Request>
Request about(std::string_view name) {
  Request message;
  message.mutable_options()->set_name(std::string{name});
  return message;
}

template <class Request>
std::string of_partition(std::string_view name, std::string_view partition) {
  auto message = about<Request>(name);
  message.mutable_options()->set_partition(std::string{partition});
  return message.SerializeAsString();
}

template <class Options>
void set_properties(Options& options, const property_value::object& properties) {
  for (const auto& [key, value] : properties)
    write_property((*options.mutable_properties())[key], value);
}

/// What the requests that create a projection have in common.
template <class Given>
void set_query(v1::CreateReq::Options& options, std::string_view query, const Given& given) {
  options.set_query(std::string{query});
  options.set_engine_version(static_cast<int>(given.engine));
  set_properties(options, given.properties);
}

projection_statistics statistics_of(const v1::StatisticsResp::Details& from) {
  return {.name = from.name(),
          .effective_name = from.effectivename(),
          .mode = from.mode(),
          .status = from.status(),
          .state_reason = from.statereason(),
          .version = from.version(),
          .epoch = from.epoch(),
          .position = from.position(),
          .progress = from.progress(),
          .last_checkpoint = from.lastcheckpoint(),
          .checkpoint_status = from.checkpointstatus(),
          .core_processing_time = from.coreprocessingtime(),
          .events_processed_after_restart = from.eventsprocessedafterrestart(),
          .buffered_events = from.bufferedevents(),
          .partitions_cached = from.partitionscached(),
          .reads_in_progress = from.readsinprogress(),
          .writes_in_progress = from.writesinprogress(),
          .write_pending_events_before_checkpoint = from.writependingeventsbeforecheckpoint(),
          .write_pending_events_after_checkpoint = from.writependingeventsaftercheckpoint()};
}

nlohmann::json number(double value) {
  constexpr double largest_exact = 9007199254740992; // 2^53: above it doubles skip whole numbers.
  if (std::trunc(value) == value && std::abs(value) <= largest_exact)
    return static_cast<std::int64_t>(value);
  return value;
}

/// Protobuf reads no more than a hundred levels.
nlohmann::json to_json(const google::protobuf::Value& from) {
  using google::protobuf::Value;
  switch (from.kind_case()) {
    case Value::kNumberValue: return number(from.number_value());
    case Value::kStringValue: return from.string_value();
    case Value::kBoolValue: return from.bool_value();
    case Value::kStructValue: {
      auto object = nlohmann::json::object();
      for (const auto& [name, value] : from.struct_value().fields())
        object[name] = to_json(value);
      return object;
    }
    case Value::kListValue: {
      auto array = nlohmann::json::array();
      for (const auto& each : from.list_value().values())
        array.push_back(to_json(each));
      return array;
    }
    case Value::kNullValue:
    case Value::KIND_NOT_SET: break;
  }
  return nullptr;
}

} // namespace

std::string encode_create_projection(std::string_view name, std::string_view query, const create_projection_options& given) {
  v1::CreateReq message;
  auto& options = *message.mutable_options();
  auto& continuous = *options.mutable_continuous();
  continuous.set_name(std::string{name});
  continuous.set_emit_enabled(given.emit);
  continuous.set_track_emitted_streams(given.track_emitted_streams);
  set_query(options, query, given);
  return message.SerializeAsString();
}

std::string encode_create_one_time_projection(std::string_view query, const create_one_time_projection_options& given) {
  v1::CreateReq message;
  auto& options = *message.mutable_options();
  options.mutable_one_time();
  set_query(options, query, given);
  return message.SerializeAsString();
}

std::string encode_create_transient_projection(std::string_view name, std::string_view query,
                                               const create_transient_projection_options& given) {
  v1::CreateReq message;
  auto& options = *message.mutable_options();
  options.mutable_transient()->set_name(std::string{name});
  set_query(options, query, given);
  return message.SerializeAsString();
}

std::string encode_update_projection(std::string_view name, std::string_view query, const update_projection_options& given) {
  auto message = about<v1::UpdateReq>(name);
  auto& options = *message.mutable_options();
  options.set_query(std::string{query});
  if (given.emit)
    options.set_emit_enabled(*given.emit);
  else
    options.mutable_no_emit_options();
  set_properties(options, given.properties);
  return message.SerializeAsString();
}

std::string encode_delete_projection(std::string_view name, const delete_projection_options& given) {
  auto message = about<v1::DeleteReq>(name);
  auto& options = *message.mutable_options();
  options.set_delete_emitted_streams(given.delete_emitted_streams);
  options.set_delete_state_stream(given.delete_state_stream);
  options.set_delete_checkpoint_stream(given.delete_checkpoint_stream);
  return message.SerializeAsString();
}

std::string encode_enable_projection(std::string_view name) {
  return about<v1::EnableReq>(name).SerializeAsString();
}

std::string encode_disable_projection(std::string_view name, bool write_checkpoint) {
  auto message = about<v1::DisableReq>(name);
  message.mutable_options()->set_write_checkpoint(write_checkpoint);
  return message.SerializeAsString();
}

std::string encode_reset_projection(std::string_view name) {
  return about<v1::ResetReq>(name).SerializeAsString(); // The server ignores whether a checkpoint is to be written.
}

std::string encode_projection_statistics(std::string_view name) {
  return about<v1::StatisticsReq>(name).SerializeAsString();
}

std::string encode_list_projections(projection_mode mode) {
  v1::StatisticsReq message;
  auto& options = *message.mutable_options();
  switch (mode) {
    case projection_mode::all: options.mutable_all(); break;
    case projection_mode::continuous: options.mutable_continuous(); break;
    case projection_mode::one_time: options.mutable_one_time(); break;
    case projection_mode::transient: options.mutable_transient(); break;
  }
  return message.SerializeAsString();
}

std::string encode_projection_state(std::string_view name, std::string_view partition) {
  return of_partition<v1::StateReq>(name, partition);
}

std::string encode_projection_result(std::string_view name, std::string_view partition) {
  return of_partition<v1::ResultReq>(name, partition);
}

result<std::vector<projection_statistics>> decode_projections(const std::vector<std::string>& messages) {
  std::vector<projection_statistics> all;
  all.reserve(messages.size());
  for (const auto& each : messages) {
    v1::StatisticsResp answer;
    if (!parse_message(answer, each) || !answer.has_details())
      return unexpected(errc::protocol_error, "the server's answer about a projection can't be understood");
    all.push_back(statistics_of(answer.details()));
  }
  return all;
}

result<std::string> decode_projection_state(std::string_view message) {
  v1::StateResp answer;
  if (!parse_message(answer, message))
    return unexpected(errc::protocol_error, "the server's answer with the state of a projection can't be understood");
  return to_json(answer.state()).dump();
}

result<std::string> decode_projection_result(std::string_view message) {
  v1::ResultResp answer;
  if (!parse_message(answer, message))
    return unexpected(errc::protocol_error, "the server's answer with the result of a projection can't be understood");
  return to_json(answer.result()).dump();
}

// -- the operations: the leader alone has projections -----------------------------------------

namespace {

constexpr silence no_projections{
  .reason = "perhaps the node is not the leader, or its projections have not started: such a node does not answer",
  .of_unfit_node = true};

/// Older servers send nothing about a projection that is not there, and no error either.
result<projection_statistics> decode_projection(const message_list& all) {
  return decode_projections(all).and_then([](std::vector<projection_statistics> found) -> result<projection_statistics> {
    if (found.empty())
      return unexpected{errc::projection_not_found, "Projection not found"};
    return std::move(found.front());
  });
}

} // namespace

template <>
operation<create_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Create",
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const create_projection& r) { return policy::check_create_projection(r.name, r.query, r.options); },
          .encode = [](const create_projection& r) { return message_list{encode_create_projection(r.name, r.query, r.options)}; },
          .projection = &create_projection::name};
}

template <>
operation<create_one_time_projection> describe() {
  return {
    .method = "/event_store.client.projections.Projections/Create",
    .leader_only = true,
    .silence = &no_projections,
    .check = [](const create_one_time_projection& r) { return policy::check_create_one_time_projection(r.query, r.options); },
    .encode =
      [](const create_one_time_projection& r) { return message_list{encode_create_one_time_projection(r.query, r.options)}; }};
}

template <>
operation<create_transient_projection> describe() {
  return {
    .method = "/event_store.client.projections.Projections/Create",
    .leader_only = true,
    .silence = &no_projections,
    .check =
      [](const create_transient_projection& r) { return policy::check_create_transient_projection(r.name, r.query, r.options); },
    .encode =
      [](const create_transient_projection& r) {
        return message_list{encode_create_transient_projection(r.name, r.query, r.options)};
      },
    .projection = &create_transient_projection::name};
}

template <>
operation<update_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Update",
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const update_projection& r) { return policy::check_update_projection(r.name, r.query, r.options); },
          .encode = [](const update_projection& r) { return message_list{encode_update_projection(r.name, r.query, r.options)}; },
          .projection = &update_projection::name};
}

template <>
operation<delete_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Delete",
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const delete_projection& r) { return policy::check_projection(r.name, r.options.call); },
          .encode = [](const delete_projection& r) { return message_list{encode_delete_projection(r.name, r.options)}; },
          .projection = &delete_projection::name};
}

template <>
operation<enable_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Enable",
          .effect = effect::idempotent_write,
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const enable_projection& r) { return policy::check_projection(r.name, r.call); },
          .encode = [](const enable_projection& r) { return message_list{encode_enable_projection(r.name)}; },
          .projection = &enable_projection::name};
}

template <>
operation<disable_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Disable",
          .effect = effect::idempotent_write,
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const disable_projection& r) { return policy::check_projection(r.name, r.call); },
          .encode = [](const disable_projection& r) { return message_list{encode_disable_projection(r.name, true)}; },
          .projection = &disable_projection::name};
}

template <>
operation<abort_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Disable",
          .effect = effect::idempotent_write,
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const abort_projection& r) { return policy::check_projection(r.name, r.call); },
          .encode = [](const abort_projection& r) { return message_list{encode_disable_projection(r.name, false)}; },
          .projection = &abort_projection::name};
}

template <>
operation<reset_projection> describe() {
  return {.method = "/event_store.client.projections.Projections/Reset",
          .leader_only = true,
          .silence = &no_projections,
          .check = [](const reset_projection& r) { return policy::check_projection(r.name, r.call); },
          .encode = [](const reset_projection& r) { return message_list{encode_reset_projection(r.name)}; },
          .projection = &reset_projection::name};
}

template <>
operation<get_projection_statistics> describe() {
  return {.method = "/event_store.client.projections.Projections/Statistics",
          .effect = effect::read,
          .leader_only = true,
          .many_answers = true,
          .silence = &no_projections,
          .check = [](const get_projection_statistics& r) { return policy::check_projection(r.name, r.call); },
          .encode = [](const get_projection_statistics& r) { return message_list{encode_projection_statistics(r.name)}; },
          .decode = decode_projection,
          .projection = &get_projection_statistics::name};
}

template <>
operation<list_projections> describe() {
  return {.method = "/event_store.client.projections.Projections/Statistics",
          .effect = effect::read,
          .leader_only = true,
          .many_answers = true,
          .silence = &no_projections,
          .check = [](const list_projections& r) { return policy::check_list_projections(r.mode, r.call); },
          .encode = [](const list_projections& r) { return message_list{encode_list_projections(r.mode)}; },
          .decode = decode_projections};
}

template <>
operation<get_projection_state> describe() {
  return {
    .method = "/event_store.client.projections.Projections/State",
    .effect = effect::read,
    .leader_only = true,
    .silence = &no_projections,
    .check = [](const get_projection_state& r) { return policy::check_projection_state(r.name, r.options); },
    .encode = [](const get_projection_state& r) { return message_list{encode_projection_state(r.name, r.options.partition)}; },
    .decode = in_one_message<std::string, decode_projection_state>,
    .projection = &get_projection_state::name};
}

template <>
operation<get_projection_result> describe() {
  return {
    .method = "/event_store.client.projections.Projections/Result",
    .effect = effect::read,
    .leader_only = true,
    .silence = &no_projections,
    .check = [](const get_projection_result& r) { return policy::check_projection_state(r.name, r.options); },
    .encode = [](const get_projection_result& r) { return message_list{encode_projection_result(r.name, r.options.partition)}; },
    .decode = in_one_message<std::string, decode_projection_result>,
    .projection = &get_projection_result::name};
}

template <>
operation<restart_projections> describe() {
  return {
    .method = "/event_store.client.projections.Projections/RestartSubsystem", .leader_only = true, .silence = &no_projections};
}

} // namespace kdb::inline v0::wire
