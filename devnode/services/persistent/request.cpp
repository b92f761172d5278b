// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/request.hpp"

#include "devnode/services/errors.hpp"

#include "kdb/event_store/client/persistent.pb.h"

#include <chrono>

namespace kdb::inline v0::development {
namespace {

using namespace event_store::client::persistent_subscriptions;
using refused = std::optional<rpc::status>;

constexpr std::string_view stream_used_as_all =
  "Envelope callback expected either CreatePersistentSubscriptionToAllCompleted or NotHandled, received "
  "CreatePersistentSubscriptionToStreamCompleted instead";

// 100 ns each.
std::chrono::milliseconds from_ticks(std::int64_t ticks) {
  return std::chrono::milliseconds{ticks / 10'000};
}

std::string enum_name(int value) {
  constexpr std::string_view names[] = {"DispatchToSingle", "RoundRobin", "Pinned"};
  return value >= 0 && value < 3 ? std::string{names[value]} : std::to_string(value);
}

template <class Settings>
group_settings read_settings(const Settings& wire) {
  group_settings settings;
  settings.resolve_links = wire.resolve_links();
  settings.extra_statistics = wire.extra_statistics();
  settings.max_retry_count = wire.max_retry_count();
  settings.min_checkpoint_count = wire.min_checkpoint_count();
  settings.max_checkpoint_count = wire.max_checkpoint_count();
  settings.max_subscriber_count = wire.max_subscriber_count();
  settings.live_buffer_size = wire.live_buffer_size();
  settings.read_batch_size = wire.read_batch_size();
  settings.history_buffer_size = wire.history_buffer_size();
  settings.message_timeout = wire.has_message_timeout_ticks() ? from_ticks(wire.message_timeout_ticks())
                                                              : std::chrono::milliseconds{wire.message_timeout_ms()};
  settings.checkpoint_after = wire.has_checkpoint_after_ticks() ? from_ticks(wire.checkpoint_after_ticks())
                                                                : std::chrono::milliseconds{wire.checkpoint_after_ms()};
  settings.strategy = parse_strategy(enum_name(wire.named_consumer_strategy())).value_or(consumer_strategy::round_robin);
  return settings;
}

std::int64_t start_of(std::uint64_t number) {
  return number > largest_number ? -1 : static_cast<std::int64_t>(number);
}

template <class StreamOptions>
refused read_stream(const StreamOptions& from, group_definition& group) {
  group.stream = read_name(from.stream_identifier());
  if (group.stream == all_stream)
    return rpc::status{rpc::status_code::unknown, std::string{stream_used_as_all}, {}};
  if (from.has_end())
    group.start = {-1, 0};
  else if (from.has_revision())
    group.start = {start_of(from.revision()), 0};
  return {};
}

template <class AllOptions>
refused read_all(const AllOptions& from, std::string_view type, group_definition& group) {
  group.stream = all_stream;
  if (from.has_end()) {
    group.start = {-1, -1};
  } else if (from.has_position()) {
    auto commit = from.position().commit_position(), prepare = from.position().prepare_position();
    if (prepare > commit || (commit > largest_number && commit != wire_end))
      return errors::handler_exception();
    group.start = {start_of(commit), start_of(prepare)};
  } else if (!from.has_start()) {
    return errors::invalid_argument("'None' is not a valid EventStore.Client.PersistentSubscriptions." + std::string{type} +
                                    "+Types+AllOptions+AllOptionOneofCase");
  }
  return {};
}

refused read_filter(const CreateReq::AllOptions::FilterOptions& wire, group_definition& group) {
  if (wire.filter_case() == wire.FILTER_NOT_SET)
    return errors::handler_exception();
  bool names = wire.has_stream_identifier();
  auto& expression = names ? wire.stream_identifier() : wire.event_type();
  group.filter = group_filter{names ? filter_subject::stream_name : filter_subject::event_type,
                              expression.regex(),
                              {expression.prefix().begin(), expression.prefix().end()}};
  try {
    group.filter->compile();
  } catch (const bad_pattern&) {
    return errors::handler_exception();
  }
  return {};
}

template <class Request>
std::variant<group_definition, rpc::status> parse(const Request& request, std::string_view type) {
  auto& options = request.options();
  if (!request.has_options() || !options.has_settings())
    return errors::handler_exception();
  group_definition group;
  group.name = options.group_name();
  group.settings = read_settings(options.settings());
  refused problem;
  if (options.has_all()) {
    problem = read_all(options.all(), type, group);
  } else if (options.has_stream()) {
    problem = read_stream(options.stream(), group);
  } else {
    group.stream = read_name(options.stream_identifier());
    group.start = {start_of(options.settings().revision()), 0};
  }
  if (problem)
    return *std::move(problem);
  return group;
}

} // namespace

std::variant<group_definition, rpc::status> parse_create(const CreateReq& request) {
  auto parsed = parse(request, "CreateReq");
  auto group = std::get_if<group_definition>(&parsed);
  if (!group)
    return parsed;
  group->settings.strategy = parse_strategy(requested_strategy(request)).value_or(group->settings.strategy);
  if (request.options().all().has_filter())
    if (auto problem = read_filter(request.options().all().filter(), *group))
      return *std::move(problem);
  return parsed;
}

std::variant<group_definition, rpc::status> parse_update(const UpdateReq& request) {
  return parse(request, "UpdateReq");
}

std::string requested_strategy(const CreateReq& request) {
  auto& settings = request.options().settings();
  return settings.consumer_strategy().empty() ? enum_name(settings.named_consumer_strategy()) : settings.consumer_strategy();
}

std::string definition_problem(const group_definition& definition, std::string_view strategy, const store& events) {
  if (definition.stream.empty())
    return "Bad stream name.";
  if (!parse_strategy(strategy))
    return "Consumer strategy " + std::string{strategy} + " does not exist.";
  auto& log = events.events();
  auto last = log.readable() == 0 ? 0 : log[log.readable() - 1].position;
  if (definition.all() && definition.start.at > static_cast<std::int64_t>(last))
    return "Invalid Start From position: commit position must be less than or equal to the last commit position in the "
           "transaction file.";
  return std::string{settings_problem(definition.settings)};
}

} // namespace kdb::inline v0::development
