#include "wire/projections.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "event_store/client/projections.pb.h"
#include "wire/parse_message.hpp"

namespace kdb::wire {

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

std::string encode_create_projection(std::string_view name, std::string_view query, const create_projection_options& how) {
  v1::CreateReq message;
  auto& options = *message.mutable_options();
  auto& continuous = *options.mutable_continuous();
  continuous.set_name(std::string{name});
  continuous.set_emit_enabled(how.emit);
  continuous.set_track_emitted_streams(how.track_emitted_streams);
  options.set_query(std::string{query});
  options.set_engine_version(static_cast<int>(how.engine));
  return message.SerializeAsString();
}

std::string encode_create_one_time_projection(std::string_view query, const create_one_time_projection_options& how) {
  v1::CreateReq message;
  auto& options = *message.mutable_options();
  options.mutable_one_time();
  options.set_query(std::string{query});
  options.set_engine_version(static_cast<int>(how.engine));
  return message.SerializeAsString();
}

std::string encode_update_projection(std::string_view name, std::string_view query, const update_projection_options& how) {
  auto message = about<v1::UpdateReq>(name);
  auto& options = *message.mutable_options();
  options.set_query(std::string{query});
  if (how.emit)
    options.set_emit_enabled(*how.emit);
  else
    options.mutable_no_emit_options();
  return message.SerializeAsString();
}

std::string encode_delete_projection(std::string_view name, const delete_projection_options& how) {
  auto message = about<v1::DeleteReq>(name);
  auto& options = *message.mutable_options();
  options.set_delete_emitted_streams(how.delete_emitted_streams);
  options.set_delete_state_stream(how.delete_state_stream);
  options.set_delete_checkpoint_stream(how.delete_checkpoint_stream);
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
      return failure(errc::protocol_error, "the server's answer about a projection can't be understood");
    all.push_back(statistics_of(answer.details()));
  }
  return all;
}

result<std::string> decode_projection_state(std::string_view message) {
  v1::StateResp answer;
  if (!parse_message(answer, message))
    return failure(errc::protocol_error, "the server's answer with the state of a projection can't be understood");
  return to_json(answer.state()).dump();
}

result<std::string> decode_projection_result(std::string_view message) {
  v1::ResultResp answer;
  if (!parse_message(answer, message))
    return failure(errc::protocol_error, "the server's answer with the result of a projection can't be understood");
  return to_json(answer.result()).dump();
}

} // namespace kdb::wire
