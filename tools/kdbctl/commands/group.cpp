// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/filters.hpp"
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/text/values.hpp"

// Groups of persistent subscriptions.
namespace kdbctl {
namespace {

struct group_arguments {
  std::string stream;
  std::string group;
  std::optional<std::string> from{};
  kdb::group_changes changes{};
  filter_arguments filter{};
  std::optional<std::uint64_t> stop_at{};

  kdb::group_name name() const { return {stream, group}; }
};

ending say_done(session& with, const kdb::result<void>& done, const std::string& text) {
  if (!done)
    return done.error();
  with.say(text);
  return {};
}

std::string text_of(const group_arguments& given) {
  return "the group '" + given.group + "' of '" + given.stream + "'";
}

definition& define_name(definition& command, group_arguments& into) {
  return command.argument("STREAM", into.stream, "The stream, or '$all'.", subject::stream)
    .argument("GROUP", into.group, "", subject::group);
}

definition& define_settings(definition& command, group_arguments& into) {
  auto& to = into.changes;
  return command
    .option("--from,-f", "PLACE", into.from,
            "Where a group without a checkpoint begins, included: start, end, a number, or a position of $all.")
    .option("--resolve-links", "ON|OFF", to.resolve_links, "Whether consumers get the events that links stand for.")
    .choices({"on", "off"})
    .option("--extra-statistics", "ON|OFF", to.extra_statistics, "Whether the server measures how long consumers take.")
    .choices({"on", "off"})
    .option("--message-timeout", "TIME", to.message_timeout, "An event without an answer for this time is delivered again.")
    .option("--max-retries", "N", to.max_retries, "How often an event is retried before it is parked.")
    .option("--checkpoint-after", "TIME", to.checkpoint_after, "The longest time between checkpoints.")
    .option("--min-checkpoint", "N", to.min_checkpoint, "Processed events that a checkpoint by time needs.")
    .option("--max-checkpoint", "N", to.max_checkpoint, "Processed events after which a checkpoint is written at once.")
    .option("--max-subscribers", "N", to.max_subscribers, "Consumers at the same time; 0 is any number.")
    .option("--live-buffer", "N", to.live_buffer, "New events kept in memory.")
    .option("--read-batch", "N", to.read_batch, "Events read from the log at once.")
    .option("--history-buffer", "N", to.history_buffer, "Events of the log kept in memory.")
    .option("--strategy", "NAME", to.strategy,
            "RoundRobin, DispatchToSingle, Pinned, PinnedByCorrelation, or another one of the server.");
}

// -- looking ------------------------------------------------------------------------------------

ending list(session& with, const std::optional<std::string>& stream) {
  const auto groups = with.ask(kdb::list_groups{stream});
  // A server without groups says that it has none of them.
  if (!groups && !stream && groups.error().code == kdb::errc::group_not_found)
    return with.show(listing_of(std::vector<kdb::group_info>{}));
  return groups ? with.show(listing_of(*groups)) : ending{groups.error()};
}

ending show(session& with, const group_arguments& given) {
  const auto group = with.ask(kdb::get_group_info{given.name()});
  return group ? with.show({json_of(*group)}) : ending{group.error()};
}

// -- creating and changing ------------------------------------------------------------------------

kdb::result<kdb::stream_position> place_in_stream(const group_arguments& given) {
  return parse_stream_position(given.from.value_or("start"));
}

kdb::result<kdb::all_position> place_in_all(const group_arguments& given) {
  return parse_all_position(given.from.value_or("start"));
}

ending create(session& with, const group_arguments& given) {
  const auto done_text = "created " + text_of(given);
  const auto settings = changed({}, given.changes);
  auto filter = filter_of(given.filter, given.stream);
  if (!filter)
    return filter.error();
  if (is_all(given.stream)) {
    const auto from = place_in_all(given);
    if (!from)
      return from.error();
    return say_done(
      with, with.ask(kdb::create_group_on_all{given.group, {.from = *from, .filter = std::move(*filter), .settings = settings}}),
      done_text);
  }
  const auto from = place_in_stream(given);
  if (!from)
    return from.error();
  return say_done(with, with.ask(kdb::create_group{given.stream, given.group, {.from = *from, .settings = settings}}), done_text);
}

ending replace(session& with, const group_arguments& given) {
  const auto done_text = "replaced the settings of " + text_of(given);
  const auto settings = changed({}, given.changes);
  if (is_all(given.stream)) {
    const auto from = place_in_all(given);
    return from
             ? say_done(with, with.ask(kdb::update_group_on_all{given.group, {.from = *from, .settings = settings}}), done_text)
             : ending{from.error()};
  }
  const auto from = place_in_stream(given);
  return from ? say_done(with, with.ask(kdb::update_group{given.stream, given.group, {.from = *from, .settings = settings}}),
                         done_text)
              : ending{from.error()};
}

ending change(session& with, const group_arguments& given) {
  auto changes = given.changes;
  if (given.from && is_all(given.stream)) {
    const auto from = parse_all_position(*given.from);
    if (!from)
      return from.error();
    changes.from = *from;
  } else if (given.from) {
    const auto from = parse_stream_position(*given.from);
    if (!from)
      return from.error();
    changes.from = *from;
  }
  return say_done(with, with.ask(kdb::change_group{given.name(), std::move(changes)}), "changed " + text_of(given));
}

void define_looking(definition& groups) {
  const auto stream = std::make_shared<std::optional<std::string>>();
  groups.command("list", "Lists the groups of a stream, or all groups.", "kdbctl group list orders-1")
    .argument("STREAM", *stream, "The stream, or '$all'.", subject::stream)
    .asks<kdb::list_groups>()
    .runs([stream](session& with) { return list(with, *stream); });

  const auto shown = std::make_shared<group_arguments>();
  define_name(groups.command("show", "Shows the settings, the progress and the consumers of a group.",
                             "kdbctl group show orders-1 shipping"),
              *shown)
    .asks<kdb::get_group_info>()
    .runs([shown](session& with) { return show(with, *shown); });
}

void define_changing(definition& groups) {
  const auto created = std::make_shared<group_arguments>();
  auto& create_command = define_settings(define_name(groups.command("create", "Creates a group. The stream need not exist.",
                                                                    "kdbctl group create orders-1 shipping --max-retries 3"),
                                                     *created),
                                         *created);
  define_filter(create_command, created->filter);
  create_command.asks<kdb::create_group, kdb::create_group_on_all>().runs(
    [created](session& with) { return create(with, *created); });

  const auto changes = std::make_shared<group_arguments>();
  define_settings(
    define_name(groups.command("change",
                               "Changes the settings that are named, and keeps the others. Its consumers are disconnected.",
                               "kdbctl group change orders-1 shipping --message-timeout 1m"),
                *changes),
    *changes)
    .asks<kdb::change_group>()
    .runs([changes](session& with) { return change(with, *changes); });

  const auto replaced = std::make_shared<group_arguments>();
  define_settings(
    define_name(
      groups.command("replace",
                     "Replaces all settings: those that are not named get their defaults. Its consumers are disconnected.",
                     "kdbctl group replace orders-1 shipping --from end"),
      *replaced),
    *replaced)
    .asks<kdb::update_group, kdb::update_group_on_all>()
    .runs([replaced](session& with) { return replace(with, *replaced); });

  const auto removed = std::make_shared<group_arguments>();
  define_name(groups.command("delete", "Deletes a group, with its progress and its parked events.",
                             "kdbctl group delete orders-1 shipping"),
              *removed)
    .asks<kdb::delete_group>()
    .runs([removed](session& with) {
      return say_done(with, with.ask(kdb::delete_group{removed->name()}), "deleted " + text_of(*removed));
    });
}

void define_parked(definition& groups) {
  const auto replayed = std::make_shared<group_arguments>();
  define_name(groups.command("replay-parked", "Delivers the parked events of a group again.",
                             "kdbctl group replay-parked orders-1 shipping"),
              *replayed)
    .option("--stop-at", "N", replayed->stop_at, "The number of the first parked event that stays parked.")
    .asks<kdb::replay_parked>()
    .runs([replayed](session& with) {
      return say_done(with, with.ask(kdb::replay_parked{replayed->name(), {.stop_at = replayed->stop_at}}),
                      "replays the parked events of " + text_of(*replayed));
    });

  const auto dropped = std::make_shared<group_arguments>();
  define_name(
    groups.command("truncate-parked", "Discards the parked events of a group.", "kdbctl group truncate-parked orders-1 shipping"),
    *dropped)
    .option("--stop-at", "N", dropped->stop_at, "The number of the first parked event to keep.")
    .asks<kdb::truncate_parked>()
    .runs([dropped](session& with) {
      return say_done(with, with.ask(kdb::truncate_parked{dropped->name(), {.stop_at = dropped->stop_at}}),
                      "discarded the parked events of " + text_of(*dropped));
    });
}

} // namespace

void define_group(definition& program) {
  auto& groups = program.command("group", "Groups of persistent subscriptions. `kdbctl follow --consumer` consumes from one.");
  define_looking(groups);
  define_changing(groups);
  define_parked(groups);
  groups
    .command("restart-all", "Restarts the server's persistent subscriptions. All consumers are disconnected.",
             "kdbctl group restart-all")
    .asks<kdb::restart_persistent_subscriptions>()
    .runs(
      [](session& with) { return say_done(with, with.ask(kdb::restart_persistent_subscriptions{}), "restarted all groups"); });
}

} // namespace kdbctl
