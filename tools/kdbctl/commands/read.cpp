// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/filters.hpp"
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/program/event_output.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <unistd.h>

// read, and index read, which reads through a filter.
namespace kdbctl {
namespace {

struct read_arguments {
  std::string stream = "$all";
  std::optional<std::string> from{};
  std::uint64_t limit = kdb::no_limit;
  bool backwards = false;
  bool resolve_links = false;
  std::string delimiter = "\n";
  filter_arguments filter{};
};

// -- the read itself --------------------------------------------------------------------------

// Progress is for people who look at the terminal while the events go into a file.
bool writes_to_file() {
  return is_regular_file(STDOUT_FILENO);
}

ending run(session& with, kdb::reading events, line_members members, const std::string& delimiter, std::uint64_t total) {
  event_output out{with, members, delimiter};
  progress shown{"read", total, writes_to_file() && !with.is_quiet()};
  for (const auto& batch : events.batches()) {
    for (const auto& event : batch.events())
      if (!out.add(event))
        break;
    shown.update(out.events(), out.events());
    if (with.out().is_closed() || !with.out().failure().empty() || interruption::happened())
      break;
    if (with.form() == format::table)
      out.flush();
  }
  out.finish();
  const auto finished = events.finish();
  return with.broken_off("read " + counted(out.events(), "event"), out.events() > 0,
                         finished ? std::nullopt : std::optional{finished.error()});
}

kdb::direction direction_of(const read_arguments& given) {
  return given.backwards ? kdb::backwards : kdb::forwards;
}

ending read_all(session& with, const read_arguments& given, std::optional<kdb::event_filter> filter) {
  kdb::read_all_options options{.direction = direction_of(given), .limit = given.limit, .resolve_links = given.resolve_links};
  options.filter = std::move(filter);
  if (given.from) {
    const auto from = parse_all_position(*given.from);
    if (!from)
      return from.error();
    options.from = *from;
  }
  const auto client = with.client();
  if (!client)
    return client.error();
  return run(with, client->read_all(std::move(options)), {.position = true}, given.delimiter, 0);
}

// How many events a stream has to show; 0 if that takes too long to find out.
std::uint64_t events_to_read(session& with, const read_arguments& given, const std::optional<kdb::stream_position>& from) {
  if (!writes_to_file() || !is_terminal(STDERR_FILENO) || given.backwards)
    return 0;
  const auto last = with.ask(kdb::get_current_version{given.stream});
  if (!last || !*last)
    return 0;
  const auto first = from && from->revision() ? from->revision()->value : 0;
  return std::min(given.limit, first <= (*last)->value ? (*last)->value - first + 1 : 0);
}

ending read_stream(session& with, const read_arguments& given) {
  kdb::read_stream_options options{.direction = direction_of(given), .limit = given.limit, .resolve_links = given.resolve_links};
  if (given.from) {
    const auto from = parse_stream_position(*given.from);
    if (!from)
      return from.error();
    options.from = *from;
  }
  const auto client = with.client();
  if (!client)
    return client.error();
  const auto total = events_to_read(with, given, options.from);
  return run(with, client->read_stream(given.stream, std::move(options)), {}, given.delimiter, total);
}

ending read(session& with, const read_arguments& given) {
  auto filter = filter_of(given.filter, given.stream);
  if (!filter)
    return filter.error();
  return is_all(given.stream) ? read_all(with, given, std::move(*filter)) : read_stream(with, given);
}

void define_extent(definition& command, read_arguments& into) {
  command
    .option("--from,-f", "PLACE", into.from,
            "Where to begin, included: start, end, the number of an event, or a position COMMIT/PREPARE of $all.")
    .option("--limit,-n", "N", into.limit, "At most that many events.")
    .flag("--backwards,-b", into.backwards, "From the end to the start.")
    .option("--delimiter", "TEXT", into.delimiter, "What follows the data of each event in raw output; a line break by default.");
}

// -- indexes --------------------------------------------------------------------------------------

struct index_arguments : read_arguments {
  std::optional<std::string> category{}, type{}, name{};
  std::vector<std::string> fields{};
};

kdb::result<kdb::event_filter> index_of(const index_arguments& given) {
  const auto named = (given.category ? 1 : 0) + (given.type ? 1 : 0) + (given.name ? 1 : 0);
  if (named != 1)
    return kdb::unexpected{kdb::errc::invalid_argument, "name one index: --category, --type or --name"};
  if (!given.fields.empty() && !given.name)
    return kdb::unexpected{kdb::errc::invalid_argument, "--field goes with --name"};
  if (given.category)
    return kdb::event_filter::category_index(*given.category);
  if (given.type)
    return kdb::event_filter::event_type_index(*given.type);
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& one : given.fields) {
    auto field = parse_pair(one, "FIELD=VALUE");
    if (!field)
      return kdb::unexpected{field.error()};
    fields.push_back(std::move(*field));
  }
  return kdb::event_filter::user_index(*given.name, fields);
}

ending read_index(session& with, const index_arguments& given) {
  auto index = index_of(given);
  if (!index)
    return index.error();
  return read_all(with, given, std::move(*index));
}

} // namespace

void define_read(definition& program) {
  const auto given = std::make_shared<read_arguments>();
  auto& read_command = program
                         .command("read", "Reads a stream, or $all, which has the events of all streams.",
                                  "kdbctl read orders-1 --limit 10 --backwards\n"
                                  "kdbctl read '$all' --stream-prefix orders- --output ndjson > orders.ndjson\n"
                                  "kdbctl read '$ce-orders' --resolve-links")
                         .argument("STREAM", given->stream, "The stream, or '$all'.", subject::stream);
  define_extent(read_command, *given);
  read_command.flag("--resolve-links,-l", given->resolve_links, "Shows the events that links stand for.");
  define_filter(read_command, given->filter);
  read_command.asks<kdb::get_current_version>().runs([given](session& with) { return read(with, *given); });
}

void define_index_read(definition& indexes) {
  const auto index = std::make_shared<index_arguments>();
  auto& read_index_command =
    indexes
      .command("read", "Reads the events of a secondary index. The server needs to have indexes.",
               "kdbctl index read --category orders\n"
               "kdbctl index read --name orders-by-country --field country=DE")
      .option("--category", "NAME", index->category, "The index of streams whose name begins with NAME and a '-'.")
      .option("--type", "TYPE", index->type, "The index of events of this type.")
      .option("--name", "NAME", index->name, "The name of a user-defined index.")
      .option("--field", "FIELD=VALUE", index->fields,
              "With --name: the value of a field. Any number of times; all have to match.");
  define_extent(read_index_command, *index);
  read_index_command.runs([index](session& with) { return read_index(with, *index); });
}

} // namespace kdbctl
