// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/groups.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0::policy {
namespace {

constexpr auto longest = std::chrono::milliseconds{std::numeric_limits<std::int32_t>::max()};
constexpr auto largest_number = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

constexpr std::array<std::string_view, 3> update_strategies{consumer_strategy::round_robin, consumer_strategy::dispatch_to_single,
                                                            consumer_strategy::pinned};

bool update_can_name(std::string_view strategy) {
  return std::ranges::find(update_strategies, strategy) != update_strategies.end();
}

/// A server takes an empty name, and the group can hardly be told from its stream afterwards.
result<void> check_group_name(std::string_view group) {
  return check_name("group", group, "a name in UTF-8 that is not empty");
}

result<void> check_stream(std::string_view stream) {
  if (stream == all_stream)
    return refuse("stream", "is \"$all\", which has requests of its own", "the name of a stream");
  return check_stream_name(stream);
}

result<void> check_from(stream_position from) {
  if (const auto revision = from.revision(); revision && revision->value > largest_number)
    return refuse("from", "is out of range", "a revision up to 2^63-1");
  return {};
}

result<void> check_from(all_position from) {
  const auto position = from.position();
  if (position && position->commit > largest_number)
    return refuse("from", "is out of range", "a position up to 2^63-1");
  if (position && position->prepare > position->commit)
    return refuse("from", "has a prepare position after its commit position", "a position that an event had");
  return {};
}

result<void> check_count(const char* name, std::int32_t value, std::int32_t least) {
  if (value < least)
    return refuse(std::string{"settings."} + name, "is too small", "at least " + std::to_string(least));
  return {};
}

} // namespace

result<void> check_source(std::string_view stream) {
  return stream == all_stream ? result<void>{} : check_stream_name(stream);
}

result<void> check_group(const group_name& name) {
  return check_source(name.stream).and_then([&] { return check_group_name(name.group); });
}

result<void> check_settings(const group_settings& settings) {
  if (settings.message_timeout.count() <= 0 || settings.message_timeout > longest) // At 0 every event would be late at once.
    return refuse("settings.message_timeout", "is out of range", "1 ms to 2^31-1 ms");
  if (settings.checkpoint_after.count() < 0 || settings.checkpoint_after > longest)
    return refuse("settings.checkpoint_after", "is out of range", "up to 2^31-1 ms, 0 for never by time");
  const std::array counts{
    check_count("max_retries", settings.max_retries, 0),       check_count("min_checkpoint", settings.min_checkpoint, 0),
    check_count("max_checkpoint", settings.max_checkpoint, 0), check_count("max_subscribers", settings.max_subscribers, 0),
    check_count("live_buffer", settings.live_buffer, 0),       check_count("read_batch", settings.read_batch, 1)};
  for (const auto& fine : counts)
    if (!fine)
      return fine;
  if (settings.history_buffer <= settings.read_batch)
    return refuse("settings.history_buffer", "is not above settings.read_batch", "more than one batch read from the log");
  if (settings.min_checkpoint > settings.max_checkpoint)
    return refuse("settings.min_checkpoint", "is above settings.max_checkpoint", "at most as much");
  return check_name("settings.strategy", settings.strategy, "the name of a consumer strategy");
}

result<void> check_update_settings(const group_settings& settings) {
  if (!update_can_name(settings.strategy))
    return refuse("settings.strategy", "can't be named by an update, which would choose another one silently",
                  "RoundRobin, DispatchToSingle or Pinned, or delete the group and create it again");
  return check_settings(settings);
}

result<void> check_create(std::string_view stream, std::string_view group, const create_group_options& options) {
  return check_stream(stream)
    .and_then([&] { return check_group_name(group); })
    .and_then([&] { return check_from(options.from); })
    .and_then([&] { return check_settings(options.settings); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_create(std::string_view group, const create_group_on_all_options& options) {
  return check_group_name(group)
    .and_then([&] { return check_from(options.from); })
    .and_then([&] { return options.filter ? options.filter->validate() : result<void>{}; })
    .and_then([&] { return check_settings(options.settings); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_update(std::string_view stream, std::string_view group, const update_group_options& options) {
  return check_stream(stream)
    .and_then([&] { return check_group_name(group); })
    .and_then([&] { return check_from(options.from); })
    .and_then([&] { return check_update_settings(options.settings); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_update(std::string_view group, const update_group_on_all_options& options) {
  return check_group_name(group)
    .and_then([&] { return check_from(options.from); })
    .and_then([&] { return check_update_settings(options.settings); })
    .and_then([&] { return check_call(options.call); });
}

result<void> check_change(const group_name& name, const group_changes& changes, const call_options& call) {
  const auto on_all = name.stream == all_stream;
  if (changes.from && std::holds_alternative<all_position>(*changes.from) != on_all)
    return refuse("from", "is not a place in what the group consumes", on_all ? "an all_position" : "a stream_position");
  if (changes.strategy && !update_can_name(*changes.strategy))
    return refuse("strategy", "can't be named by an update", "RoundRobin, DispatchToSingle or Pinned");
  return check_group(name)
    .and_then(
      [&] { return changes.from ? std::visit([](auto from) { return check_from(from); }, *changes.from) : result<void>{}; })
    .and_then([&] { return check_call(call); });
}

result<void> check_parked(const group_name& name, const parked_options& options) {
  if (options.stop_at && *options.stop_at > largest_number)
    return refuse("stop_at", "is out of range", "a number up to 2^63-1");
  return check_group(name).and_then([&] { return check_call(options.call); });
}

result<void> check_consume(const group_name& name, const consume_options& options) {
  if (options.buffer == 0 ||
      options.buffer > std::numeric_limits<std::int32_t>::max()) // With 0 the server confirms and sends nothing, ever.
    return refuse("buffer", "is out of range", "1 to 2^31-1");
  if (options.ack_batch == 0)
    return refuse("ack_batch", "is 0", "at least 1");
  if (options.on_failure.is_ack())
    return refuse("on_failure", "is an ack", "a nack");
  if (options.resume.watchdog)
    return refuse("resume.watchdog", "is set, and consumers have none", "none");
  return check_group(name)
    .and_then([&] { return check_not_negative("ack_delay", options.ack_delay); })
    .and_then([&] { return check_positive("slow_after", options.slow_after); })
    .and_then([&] { return check_resume(options.resume); })
    .and_then([&] { return check_call(options.call); });
}

result<group_update> merge(const group_info& now, const group_changes& changes) {
  const auto from = changes.from ? changes.from : now.from;
  if (!from)
    return unexpected(errc::protocol_error,
                      "the server's answer has no readable start of the group; give `from` with the changes");
  group_update next{*from, now.settings};
  const auto take = [](auto& into, const auto& given) {
    if (given)
      into = *given;
  };
  auto& to = next.settings;
  take(to.resolve_links, changes.resolve_links);
  take(to.extra_statistics, changes.extra_statistics);
  take(to.message_timeout, changes.message_timeout);
  take(to.max_retries, changes.max_retries);
  take(to.checkpoint_after, changes.checkpoint_after);
  take(to.min_checkpoint, changes.min_checkpoint);
  take(to.max_checkpoint, changes.max_checkpoint);
  take(to.max_subscribers, changes.max_subscribers);
  take(to.live_buffer, changes.live_buffer);
  take(to.read_batch, changes.read_batch);
  take(to.history_buffer, changes.history_buffer);
  take(to.strategy, changes.strategy);
  if (auto fine = check_update_settings(to); !fine)
    return unexpected{std::move(fine.error())};
  return next;
}

} // namespace kdb::inline v0::policy
