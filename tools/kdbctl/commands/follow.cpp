// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/filters.hpp"
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/handler_process.hpp"
#include "tools/kdbctl/program/event_output.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/quantity.hpp"

namespace kdbctl {
namespace {

using namespace std::chrono_literals;

struct follow_arguments {
  std::string stream;
  std::string from = "end";
  std::uint64_t limit = kdb::no_limit;
  bool resolve_links = false;
  bool until_caught_up = false;
  std::optional<std::string> group{};
  std::optional<std::string> exec{};
  std::uint32_t buffer = 10;
  std::string delimiter = "\n";
  filter_arguments filter{};
};

// Interrupted, it has done what it is for.
ending finished(session& with, std::uint64_t events, const std::optional<kdb::error>& error) {
  const auto done = "followed " + counted(events, "event");
  if (interruption::happened()) {
    with.say(done);
    return {};
  }
  return with.broken_off(done, events > 0, error);
}

// -- catch-up subscriptions -----------------------------------------------------------------------

kdb::result<kdb::subscription> subscribe(session& with, const kdb::client& client, const follow_arguments& given) {
  const kdb::resume_options forever{.limit = -1};
  if (!is_all(given.stream)) {
    const auto from = parse_stream_position(given.from);
    if (!from)
      return kdb::unexpected{from.error()};
    kdb::subscribe_to_stream_options options{.from = *from, .resolve_links = given.resolve_links, .resume = forever};
    options.call.deadline = with.timeout();
    return client.subscribe_to_stream(given.stream, std::move(options));
  }
  const auto from = parse_all_position(given.from);
  if (!from)
    return kdb::unexpected{from.error()};
  auto filter = filter_of(given.filter, given.stream);
  if (!filter)
    return kdb::unexpected{filter.error()};
  kdb::subscribe_to_all_options options{
    .from = *from, .filter = std::move(*filter), .resolve_links = given.resolve_links, .resume = forever};
  options.call.deadline = with.timeout();
  return client.subscribe_to_all(std::move(options));
}

ending catch_up(session& with, const follow_arguments& given) {
  if (auto filter = filter_of(given.filter, given.stream); !filter)
    return filter.error();
  const auto client = with.client();
  if (!client)
    return client.error();
  auto running = subscribe(with, *client, given);
  if (!running)
    return running.error();
  event_output out{with, {.position = is_all(given.stream)}, given.delimiter};
  auto caught_up = false;
  while (!(given.until_caught_up && caught_up) && out.events() < given.limit) {
    const auto batch = running->next(60s);
    if (!batch)
      return finished(with, out.events(), batch.error());
    for (const auto& item : *batch) {
      const auto* event = std::get_if<kdb::resolved_event>(&item);
      caught_up |= std::holds_alternative<kdb::caught_up>(item);
      if (event && out.events() < given.limit)
        out.add(*event);
    }
    if (!out.flush())
      break;
  }
  running->cancel();
  out.finish();
  return finished(with, out.events(), std::nullopt);
}

// -- consumers ----------------------------------------------------------------------------------

// Runs the command for an event, which it gets on its standard input and in its environment.
kdb::outcome handle(const std::string& command, const kdb::consumed_event& consumed, bool position) {
  const auto view = view_of(consumed.event);
  std::string line;
  append_event_line(line, view, {.position = position});
  const auto status = run_handler(command, line + "\n",
                                  {{"KDB_STREAM", std::string{view.stream}},
                                   {"KDB_REVISION", std::to_string(view.revision.value)},
                                   {"KDB_TYPE", std::string{view.type}},
                                   {"KDB_ID", kdb::to_string(view.id)},
                                   {"KDB_RETRIES", std::to_string(consumed.retries)}});
  return outcome_of_status(status);
}

ending consume(session& with, const follow_arguments& given) {
  const auto client = with.client();
  if (!client)
    return client.error();
  kdb::consume_options options{.buffer = given.buffer, .resume = {.limit = -1}};
  options.call.deadline = with.timeout();
  auto running = client->consume({given.stream, *given.group}, std::move(options));
  if (!running)
    return running.error();
  const auto position = is_all(given.stream);
  event_output out{with, {.position = position}, given.delimiter};
  std::uint64_t handled = 0;
  while (handled < given.limit && !interruption::happened()) {
    const auto batch = running->next(60s);
    if (!batch)
      return finished(with, handled, batch.error());
    for (const auto& one : *batch) {
      if (handled == given.limit || interruption::happened())
        break;
      auto result = kdb::outcome::ack();
      if (given.exec)
        result = handle(*given.exec, one, position);
      else if (!out.add(one.event) || !out.flush())
        return finished(with, handled, std::nullopt);
      // ^C on a terminal ends the command, too: that says nothing about its event, which is delivered again.
      if (interruption::happened() && !result.is_ack())
        break;
      auto answered = result.is_ack() ? running->ack(one.token) : running->nack(one.token, result.action(), result.reason());
      if (!answered)
        return finished(with, handled, answered.error());
      ++handled;
    }
  }
  running->cancel();
  out.finish();
  return finished(with, handled, std::nullopt);
}

ending follow(session& with, const follow_arguments& given) {
  if (given.exec && !given.group)
    return misuse("--exec goes with --consumer",
                  "Without --consumer use a pipe: kdbctl follow STREAM | while read line; do …; done");
  return given.group ? consume(with, given) : catch_up(with, given);
}

} // namespace

void define_follow(definition& program) {
  const auto given = std::make_shared<follow_arguments>();
  auto& command =
    program
      .command(
        "follow",
        "Shows events as they arrive, until it is interrupted. When the node is lost, it continues with another one, after "
        "the last event. With "
        "--consumer it consumes from a group of a persistent subscription: an event is acknowledged when it is written, "
        "or when the command of "
        "--exec has ended with 0. If the command ends with 75, the event is delivered again; with 76 it is skipped; with any "
        "other status "
        "it is parked.",
        "kdbctl follow orders-1 --from start\n"
        "kdbctl follow '$all' --no-system --output ndjson | jq .type\n"
        "kdbctl follow orders-1 --consumer shipping --exec './ship-order'")
      .argument("STREAM", given->stream, "The stream, or '$all'.", subject::stream)
      .option(
        "--from,-f", "PLACE", given->from,
        "The event after which to begin: start, end (the default), the number of an event, or a position COMMIT/PREPARE of $all.")
      .option("--limit,-n", "N", given->limit, "Ends after that many events.")
      .flag("--until-caught-up", given->until_caught_up, "Ends after the existing events.")
      .flag("--resolve-links,-l", given->resolve_links, "Shows the events that links stand for.")
      .option("--consumer", "GROUP", given->group, "Consumes from this group of the stream.", subject::group)
      .option("--exec", "COMMAND", given->exec,
              "With --consumer: runs this command of the shell for each event, which it reads as a line of NDJSON.")
      .option("--buffer", "N", given->buffer, "With --consumer: how many events may be unanswered.")
      .option("--delimiter", "TEXT", given->delimiter,
              "What follows the data of each event in raw output; a line break by default.");
  define_filter(command, given->filter);
  command.runs([given](session& with) { return follow(with, *given); });
}

} // namespace kdbctl
