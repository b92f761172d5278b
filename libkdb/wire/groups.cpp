// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/groups.hpp"

#include <charconv>
#include <limits>
#include <utility>

#include "kdb/event_store/client/persistent.pb.h"
#include "libkdb/policy/groups.hpp"
#include "libkdb/values/all_stream.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::persistent_subscriptions;

namespace {

// -- requests ------------------------------------------------------------------------------

/// An update has numbers for its strategies; policy lets no other names through.
v1::UpdateReq::ConsumerStrategy number_of(std::string_view strategy) {
  if (strategy == consumer_strategy::round_robin)
    return v1::UpdateReq::RoundRobin;
  return strategy == consumer_strategy::pinned ? v1::UpdateReq::Pinned : v1::UpdateReq::DispatchToSingle;
}

/// What both requests have; they are types of their own.
template <class Settings>
void fill(Settings& to, const group_settings& from) {
  to.set_resolve_links(from.resolve_links);
  to.set_extra_statistics(from.extra_statistics);
  to.set_max_retry_count(from.max_retries);
  to.set_min_checkpoint_count(from.min_checkpoint);
  to.set_max_checkpoint_count(from.max_checkpoint);
  to.set_max_subscriber_count(from.max_subscribers);
  to.set_live_buffer_size(from.live_buffer);
  to.set_read_batch_size(from.read_batch);
  to.set_history_buffer_size(from.history_buffer);
  to.set_message_timeout_ms(static_cast<std::int32_t>(from.message_timeout.count()));
  to.set_checkpoint_after_ms(static_cast<std::int32_t>(from.checkpoint_after.count()));
}

void fill_strategy(v1::CreateReq::Settings& to, const std::string& name) {
  to.set_consumer_strategy(name);
}

void fill_strategy(v1::UpdateReq::Settings& to, const std::string& name) {
  to.set_named_consumer_strategy(number_of(name));
}

template <class Options>
void fill_stream(Options& options, std::string_view stream, stream_position from) {
  auto& to = *options.mutable_stream();
  to.mutable_stream_identifier()->set_stream_name(std::string{stream});
  if (const auto revision = from.revision())
    to.set_revision(revision->value);
  else if (from.is_end())
    to.mutable_end();
  else
    to.mutable_start();
}

template <class Options>
void fill_all(Options& options, all_position from) {
  auto& to = *options.mutable_all();
  if (const auto position = from.position()) {
    to.mutable_position()->set_commit_position(position->commit);
    to.mutable_position()->set_prepare_position(position->prepare);
  } else if (from.is_end()) {
    to.mutable_end();
  } else {
    to.mutable_start();
  }
}

void fill(v1::CreateReq::AllOptions& to, const event_filter& filter) {
  auto& options = *to.mutable_filter();
  auto& expression =
    filter.what() == event_filter::subject::event_type ? *options.mutable_event_type() : *options.mutable_stream_identifier();
  if (!filter.regex().empty())
    expression.set_regex(filter.regex());
  for (const auto& prefix : filter.prefixes())
    expression.add_prefix(prefix);
  if (filter.window())
    options.set_max(*filter.window());
  else
    options.mutable_count();
  options.set_checkpointintervalmultiplier(filter.checkpoint_interval());
}

template <class Request, class How>
std::string encode_on_stream(std::string_view stream, std::string_view group, const How& given) {
  Request message;
  auto& options = *message.mutable_options();
  fill_stream(options, stream, given.from);
  options.set_group_name(std::string{group});
  fill(*options.mutable_settings(), given.settings);
  fill_strategy(*options.mutable_settings(), given.settings.strategy);
  return message.SerializeAsString();
}

template <class Request, class How>
Request on_all(std::string_view group, const How& given) {
  Request message;
  auto& options = *message.mutable_options();
  fill_all(options, given.from);
  options.set_group_name(std::string{group});
  fill(*options.mutable_settings(), given.settings);
  fill_strategy(*options.mutable_settings(), given.settings.strategy);
  return message;
}

/// Requests that name a group and nothing else about its source.
template <class Options>
void fill_name(Options& options, const group_name& name) {
  if (name.stream == all_stream)
    options.mutable_all();
  else
    options.mutable_stream_identifier()->set_stream_name(name.stream);
  options.set_group_name(name.group);
}

template <class Request>
std::string encode_parked(const group_name& name, std::optional<std::uint64_t> stop_at) {
  Request message;
  auto& options = *message.mutable_options();
  fill_name(options, name);
  if (stop_at)
    options.set_stop_at(static_cast<std::int64_t>(*stop_at));
  else
    options.mutable_no_limit();
  return message.SerializeAsString();
}

// -- answers ----------------------------------------------------------------------------------

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto* last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, value);
  if (text.empty() || failed != std::errc{} || end != last)
    return std::nullopt;
  return value;
}

/// Commit and prepare of "C:1/P:1".
std::optional<std::pair<std::int64_t, std::int64_t>> both(std::string_view text) {
  const auto slash = text.find("/P:");
  if (!text.starts_with("C:") || slash == text.npos)
    return std::nullopt;
  const auto commit = number(text.substr(2, slash - 2)), prepare = number(text.substr(slash + 3));
  if (!commit || !prepare)
    return std::nullopt;
  return std::pair{*commit, *prepare};
}

log_position place(std::pair<std::int64_t, std::int64_t> from) {
  return {static_cast<std::uint64_t>(from.first), static_cast<std::uint64_t>(from.second)};
}

group_settings settings_of(const v1::SubscriptionInfo& info) {
  const auto after = info.check_point_after_milliseconds();
  const auto never = after == std::numeric_limits<std::int32_t>::max(); // So it says what was asked for with 0.
  return {.resolve_links = info.resolve_link_tos(),
          .extra_statistics = info.extra_statistics(),
          .message_timeout = std::chrono::milliseconds{info.message_timeout_milliseconds()},
          .max_retries = info.max_retry_count(),
          .checkpoint_after = std::chrono::milliseconds{never ? 0 : after},
          .min_checkpoint = info.min_check_point_count(),
          .max_checkpoint = info.max_check_point_count(),
          .max_subscribers = info.max_subscriber_count(),
          .live_buffer = info.live_buffer_size(),
          .read_batch = info.read_batch_size(),
          .history_buffer = info.buffer_size(),
          .strategy = info.named_consumer_strategy()};
}

group_connection connection_of(const v1::SubscriptionInfo::ConnectionInfo& from) {
  group_connection one{.from = from.from(),
                       .user = from.username(),
                       .name = from.connection_name(),
                       .average_per_second = from.average_items_per_second(),
                       .total_items = from.total_items(),
                       .items_since_last_measurement = from.count_since_last_measurement(),
                       .measurements = {},
                       .available_slots = from.available_slots(),
                       .in_flight = from.in_flight_messages()};
  for (const auto& each : from.observed_measurements())
    one.measurements.emplace_back(each.key(), each.value());
  return one;
}

group_info info_of(const v1::SubscriptionInfo& from) {
  group_info info{.name = {from.event_source(), from.group_name()},
                  .status = from.status(),
                  .settings = settings_of(from),
                  .from = parse_group_start(from.start_from()),
                  .last_checkpoint = parse_group_position(from.last_checkpointed_event_position()),
                  .last_known = parse_group_position(from.last_known_event_position()),
                  .connections = {},
                  .average_per_second = from.average_per_second(),
                  .total_items = from.total_items(),
                  .items_since_last_measurement = from.count_since_last_measurement(),
                  .read_buffered = from.read_buffer_count(),
                  .live_buffered = from.live_buffer_count(),
                  .retry_buffered = from.retry_buffer_count(),
                  .in_flight = from.total_in_flight_messages(),
                  .outstanding = from.outstanding_messages_count(),
                  .parked = from.parked_message_count()};
  for (const auto& each : from.connections())
    info.connections.push_back(connection_of(each));
  return info;
}

unexpected not_understood() {
  return unexpected(errc::protocol_error, "the server's answer about groups can't be understood");
}

} // namespace

std::string encode_create(std::string_view stream, std::string_view group, const create_group_options& options) {
  return encode_on_stream<v1::CreateReq>(stream, group, options);
}

std::string encode_create(std::string_view group, const create_group_on_all_options& options) {
  auto message = on_all<v1::CreateReq>(group, options);
  auto& all = *message.mutable_options()->mutable_all();
  if (options.filter)
    fill(all, *options.filter);
  else
    all.mutable_no_filter();
  return message.SerializeAsString();
}

std::string encode_update(std::string_view stream, std::string_view group, const update_group_options& options) {
  return encode_on_stream<v1::UpdateReq>(stream, group, options);
}

std::string encode_update(std::string_view group, const update_group_on_all_options& options) {
  return on_all<v1::UpdateReq>(group, options).SerializeAsString();
}

std::string encode_delete_group(const group_name& name) {
  v1::DeleteReq message;
  fill_name(*message.mutable_options(), name);
  return message.SerializeAsString();
}

std::string encode_get_info(const group_name& name) {
  v1::GetInfoReq message;
  fill_name(*message.mutable_options(), name);
  return message.SerializeAsString();
}

std::string encode_list(const std::optional<std::string>& stream) {
  v1::ListReq message;
  auto& options = *message.mutable_options();
  if (!stream)
    options.mutable_list_all_subscriptions();
  else if (*stream == all_stream)
    options.mutable_list_for_stream()->mutable_all();
  else
    options.mutable_list_for_stream()->mutable_stream()->set_stream_name(*stream);
  return message.SerializeAsString();
}

std::string encode_replay_parked(const group_name& name, std::optional<std::uint64_t> stop_at) {
  return encode_parked<v1::ReplayParkedReq>(name, stop_at);
}

std::string encode_truncate_parked(const group_name& name, std::optional<std::uint64_t> stop_at) {
  return encode_parked<v1::TruncateParkedReq>(name, stop_at);
}

result<group_info> decode_info(std::string_view message) {
  v1::GetInfoResp answer;
  if (!parse_message(answer, message))
    return not_understood();
  return info_of(answer.subscription_info());
}

result<std::vector<group_info>> decode_list(std::string_view message) {
  v1::ListResp answer;
  if (!parse_message(answer, message))
    return not_understood();
  std::vector<group_info> all;
  for (const auto& each : answer.subscriptions())
    all.push_back(info_of(each));
  return all;
}

std::optional<group_start> parse_group_start(std::string_view text) {
  if (const auto all = both(text)) {
    if (all->first == -1)
      return all_end;
    if (all->first < 0 || all->second < 0)
      return std::nullopt;
    return all->first == 0 ? all_start : all_position{place(*all)};
  }
  const auto revision = number(text);
  if (!revision || *revision < -1)
    return std::nullopt;
  if (*revision == -1)
    return stream_end;
  return *revision == 0 ? stream_start : stream_position{stream_revision{static_cast<std::uint64_t>(*revision)}};
}

std::optional<group_position> parse_group_position(std::string_view text) {
  if (const auto all = both(text))
    return all->first < 0 || all->second < 0 ? std::nullopt : std::optional<group_position>{place(*all)};
  const auto revision = number(text);
  if (!revision || *revision < 0)
    return std::nullopt;
  return stream_revision{static_cast<std::uint64_t>(*revision)};
}

// -- the operations: only the leader knows of groups ----------------------------------------

template <>
operation<create_group> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Create",
          .leader_only = true,
          .check = [](const create_group& r) { return policy::check_create(r.stream, r.group, r.options); },
          .encode = [](const create_group& r) { return message_list{encode_create(r.stream, r.group, r.options)}; }};
}

template <>
operation<create_group_on_all> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Create",
          .leader_only = true,
          .check = [](const create_group_on_all& r) { return policy::check_create(r.group, r.options); },
          .encode = [](const create_group_on_all& r) { return message_list{encode_create(r.group, r.options)}; }};
}

template <>
operation<update_group> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Update",
          .effect = effect::idempotent_write,
          .leader_only = true,
          .check = [](const update_group& r) { return policy::check_update(r.stream, r.group, r.options); },
          .encode = [](const update_group& r) { return message_list{encode_update(r.stream, r.group, r.options)}; }};
}

template <>
operation<update_group_on_all> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Update",
          .effect = effect::idempotent_write,
          .leader_only = true,
          .check = [](const update_group_on_all& r) { return policy::check_update(r.group, r.options); },
          .encode = [](const update_group_on_all& r) { return message_list{encode_update(r.group, r.options)}; }};
}

namespace {

/// The second half of a change: what the group becomes.
result<message_list> encode_change(const change_group& request, const message_list& answers) {
  return in_one_message<group_info, decode_info>(answers)
    .and_then([&](const group_info& now) { return policy::merge(now, request.changes); })
    .transform([&](const policy::group_update& next) {
      const auto& [stream, group] = request.name;
      if (const auto* from = std::get_if<stream_position>(&next.from))
        return message_list{encode_update(stream, group, update_group_options{*from, next.settings})};
      return message_list{encode_update(group, update_group_on_all_options{std::get<all_position>(next.from), next.settings})};
    });
}

} // namespace

template <>
operation<change_group> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/GetInfo",
          .effect = effect::idempotent_write,
          .leader_only = true,
          .check = [](const change_group& r) { return policy::check_change(r.name, r.changes, r.call); },
          .encode = [](const change_group& r) { return message_list{encode_get_info(r.name)}; },
          .second_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Update",
          .second = encode_change};
}

template <>
operation<delete_group> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Delete",
          .leader_only = true,
          .check = [](const delete_group& r) { return policy::check_group(r.name); },
          .encode = [](const delete_group& r) { return message_list{encode_delete_group(r.name)}; }};
}

template <>
operation<get_group_info> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/GetInfo",
          .effect = effect::read,
          .leader_only = true,
          .check = [](const get_group_info& r) { return policy::check_group(r.name); },
          .encode = [](const get_group_info& r) { return message_list{encode_get_info(r.name)}; },
          .decode = in_one_message<group_info, decode_info>};
}

template <>
operation<list_groups> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/List",
          .effect = effect::read,
          .leader_only = true,
          .check = [](const list_groups& r) { return r.stream ? policy::check_source(*r.stream) : result<void>{}; },
          .encode = [](const list_groups& r) { return message_list{encode_list(r.stream)}; },
          .decode = in_one_message<std::vector<group_info>, decode_list>};
}

template <>
operation<replay_parked> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/ReplayParked",
          .leader_only = true,
          .check = [](const replay_parked& r) { return policy::check_parked(r.name, r.options); },
          .encode = [](const replay_parked& r) { return message_list{encode_replay_parked(r.name, r.options.stop_at)}; }};
}

template <>
operation<truncate_parked> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/TruncateParked",
          .leader_only = true,
          .check = [](const truncate_parked& r) { return policy::check_parked(r.name, r.options); },
          .encode = [](const truncate_parked& r) { return message_list{encode_truncate_parked(r.name, r.options.stop_at)}; }};
}

template <>
operation<restart_persistent_subscriptions> describe() {
  return {.method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/RestartSubsystem", .leader_only = true};
}

} // namespace kdb::inline v0::wire
