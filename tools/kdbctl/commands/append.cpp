// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/input.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/json_text.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <map>

#include <unistd.h>

namespace kdbctl {
namespace {

struct append_arguments {
  std::optional<std::string> stream{};
  std::optional<std::string> file{};
  std::optional<std::string> type{};
  std::optional<std::string> data{};
  std::optional<std::string> data_file{};
  std::optional<std::string> metadata{};
  std::optional<std::string> metadata_file{};
  std::optional<std::string> id{};
  std::optional<std::string> content_type{};
  kdb::stream_state expected = kdb::stream_state::any;
  bool in_parts = false;
  bool to_streams = false;
  bool in_order = false;
  std::vector<std::string> checks{};

  bool is_one_event() const { return type || data || data_file || metadata || metadata_file || id || content_type; }
  bool is_to_many() const { return to_streams || in_order || !checks.empty(); }
};

json place_of(const std::string& stream, const kdb::append_result& done) {
  json place{{"stream", stream}};
  place["revision"] = done.revision ? json(done.revision->value) : json(nullptr);
  place["position"] = done.position ? json(to_string(*done.position)) : json(nullptr);
  return place;
}

// -- the events ---------------------------------------------------------------------------

kdb::result<std::string> text_or_file(const std::optional<std::string>& text, const std::optional<std::string>& file) {
  if (file)
    return read_file(*file);
  return text.value_or("");
}

kdb::result<kdb::new_event> one_event(const append_arguments& given) {
  if (!given.type)
    return kdb::unexpected{kdb::errc::invalid_argument, "--type is missing: an event needs one"};
  kdb::new_event event{.type = *given.type};
  auto data = text_or_file(given.data, given.data_file);
  if (!data)
    return kdb::unexpected{data.error()};
  auto metadata = text_or_file(given.metadata, given.metadata_file);
  if (!metadata)
    return kdb::unexpected{metadata.error()};
  // Data that are no JSON are not marked as such, unless the user says so.
  const auto is_json = json_value_end(*data, skip_json_space(*data, 0)).has_value();
  const auto type = given.content_type.value_or(is_json || data->empty() ? "json" : "binary");
  event.content_type = type == "json" ? kdb::content_type::json : kdb::content_type::binary;
  event.data = std::move(*data);
  event.metadata = std::move(*metadata);
  if (given.id) {
    const auto id = kdb::parse_uuid(*given.id);
    if (!id)
      return kdb::unexpected{id.error()};
    event.id = *id;
  }
  return event;
}

kdb::result<std::vector<kdb::new_event>> events_of(const append_arguments& given) {
  std::vector<kdb::new_event> events;
  if (given.is_one_event()) {
    auto event = one_event(given);
    if (!event)
      return kdb::unexpected{event.error()};
    events.push_back(std::move(*event));
    return events;
  }
  auto lines = read_event_lines(given.file.value_or("-"));
  if (!lines)
    return kdb::unexpected{lines.error()};
  for (auto& line : *lines)
    events.push_back(std::move(line.event));
  return events;
}

// -- one stream -----------------------------------------------------------------------------

ending append_parts(session& with, const append_arguments& given, std::vector<kdb::new_event> events) {
  const auto all = events.size();
  const auto done = with.ask(kdb::append_in_parts{*given.stream, given.expected, std::move(events)});
  if (!done.complete())
    return with.broken_off("appended " + counted(done.events, "event") + " of " + grouped(all), done.events > 0, done.stopped);
  auto place = place_of(*given.stream, done.last);
  place["events"] = done.events;
  place["parts"] = done.parts;
  return with.show({place});
}

ending append_one(session& with, const append_arguments& given) {
  if (!given.stream)
    return misuse("STREAM is missing; with --to-streams each line names its own");
  if (given.is_one_event() && given.file)
    return misuse("a file has whole events as lines, so it can't go with --type, --data, --metadata, --id and --content-type",
                  "--data-file FILE takes the data of one event from a file.");
  auto events = events_of(given);
  if (!events)
    return events.error();
  if (given.in_parts)
    return append_parts(with, given, std::move(*events));
  const auto count = events->size();
  const auto done = with.ask(kdb::append_to_stream{*given.stream, given.expected, std::move(*events)});
  if (!done)
    return done.error();
  auto place = place_of(*given.stream, *done);
  place["events"] = count;
  return with.show({place});
}

// -- several streams, atomically ------------------------------------------------------------------

kdb::result<kdb::property_value> property_of(const json& value) {
  if (value.is_boolean())
    return kdb::property_value{value.get<bool>()};
  if (value.is_number())
    return kdb::property_value{value.get<double>()};
  if (value.is_string())
    return kdb::property_value{value.get<std::string>()};
  if (value.is_array()) {
    kdb::property_value::list all;
    for (const auto& one : value) {
      auto item = property_of(one);
      if (!item)
        return item;
      all.push_back(std::move(*item));
    }
    return kdb::property_value{std::move(all)};
  }
  if (value.is_object()) {
    kdb::property_value::object all;
    for (const auto& [name, one] : value.items()) {
      auto item = property_of(one);
      if (!item)
        return item;
      all.emplace(name, std::move(*item));
    }
    return kdb::property_value{std::move(all)};
  }
  return kdb::property_value{};
}

kdb::result<kdb::new_record> record_of(event_line line) {
  kdb::new_record record{.schema_name = std::move(line.event.type), .data = std::move(line.event.data), .id = line.event.id};
  record.format = line.event.content_type == kdb::content_type::json ? kdb::schema_format::json : kdb::schema_format::bytes;
  if (line.event.metadata.empty())
    return record;
  const auto metadata = json::parse(line.event.metadata, nullptr, false);
  if (!metadata.is_object())
    return kdb::unexpected{kdb::errc::invalid_argument, "'metadata' has to be a JSON object in an append to several streams"};
  for (const auto& [name, value] : metadata.items()) {
    auto property = property_of(value);
    if (!property)
      return kdb::unexpected{property.error()};
    record.properties.emplace(name, std::move(*property));
  }
  return record;
}

struct named_state {
  std::string stream;
  std::string state;
};

kdb::result<std::vector<named_state>> states_of(const std::vector<std::string>& checks) {
  std::vector<named_state> all;
  for (const auto& one : checks) {
    auto pair = parse_pair(one, "STREAM=STATE");
    if (!pair)
      return kdb::unexpected{pair.error()};
    all.push_back({std::move(pair->first), std::move(pair->second)});
  }
  return all;
}

kdb::result<kdb::consistency_check> check_of(const named_state& one) {
  using state = kdb::consistency_check::state;
  kdb::consistency_check check{.stream = one.stream};
  if (one.state == "no-stream" || one.state == "exists" || one.state == "deleted" || one.state == "tombstoned") {
    check.expected = one.state == "no-stream" ? state::no_stream
                     : one.state == "exists"  ? state::exists
                     : one.state == "deleted" ? state::soft_deleted
                                              : state::tombstoned;
    return check;
  }
  const auto revision = parse_number<std::uint64_t>(one.state, "a revision, no-stream, exists, deleted or tombstoned");
  if (!revision)
    return kdb::unexpected{revision.error()};
  check.expected = state::at_revision;
  check.revision = {*revision};
  return check;
}

ending show_records(session& with, const kdb::result<kdb::records_result>& done) {
  if (!done)
    return done.error();
  listing answer{json::array(), {{"STREAM", "stream"}, {"REVISION", "revision"}, {"POSITION", "position"}}};
  for (const auto& one : done->streams)
    answer.content.push_back({{"stream", one.name}, {"revision", one.revision.value}, {"position", to_string(done->position)}});
  return with.show(answer);
}

kdb::result<std::vector<kdb::stream_record>> records_of(std::vector<event_line> lines) {
  std::vector<kdb::stream_record> records;
  for (auto& line : lines) {
    const auto number = records.size() + 1;
    if (!line.stream)
      return kdb::unexpected{in_line(number, {.code = kdb::errc::invalid_argument, .message = "'stream' is missing"})};
    auto stream = *line.stream;
    auto record = record_of(std::move(line));
    if (!record)
      return kdb::unexpected{in_line(number, record.error())};
    records.push_back({std::move(stream), std::move(*record)});
  }
  return records;
}

ending append_grouped(session& with, std::vector<kdb::stream_record> records, const std::vector<named_state>& states) {
  std::vector<kdb::stream_append> appends;
  std::map<std::string, std::size_t> place;
  for (auto& one : records) {
    const auto [at, is_new] = place.try_emplace(one.stream, appends.size());
    if (is_new)
      appends.push_back({.stream = one.stream});
    appends[at->second].records.push_back(std::move(one.record));
  }
  for (const auto& one : states) {
    const auto at = place.find(one.stream);
    const auto expected = parse_expected(one.state);
    if (!expected)
      return expected.error();
    if (at == place.end())
      return misuse("no line is for the stream '" + one.stream + "'", "--in-order checks streams that are not written to, too.");
    appends[at->second].expected = *expected;
  }
  return show_records(with, with.ask(kdb::append_to_streams{std::move(appends)}));
}

ending append_many(session& with, const append_arguments& given) {
  if (given.is_one_event())
    return misuse(
      "--to-streams takes whole events as lines, so it can't go with --type, --data, --metadata, --id and --content-type");
  // There is no stream to name: the first argument is the file.
  auto lines = read_event_lines(given.stream.value_or("-"));
  if (!lines)
    return lines.error();
  const auto states = states_of(given.checks);
  if (!states)
    return states.error();
  auto records = records_of(std::move(*lines));
  if (!records)
    return records.error();
  if (!given.in_order)
    return append_grouped(with, std::move(*records), *states);
  std::vector<kdb::consistency_check> checks;
  for (const auto& one : *states) {
    auto check = check_of(one);
    if (!check)
      return check.error();
    checks.push_back(std::move(*check));
  }
  return show_records(with, with.ask(kdb::append_records{std::move(*records), std::move(checks)}));
}

} // namespace

void define_append(definition& program) {
  const auto given = std::make_shared<append_arguments>();
  program
    .command("append",
             "Appends events to a stream, atomically: one event from the options, or many from lines of NDJSON with the members "
             "type, data, and, if "
             "wanted, id, metadata and contentType.",
             "kdbctl append orders-1 --type order-placed --data '{\"sku\": 7}' --expected no-stream\n"
             "kdbctl append orders-1 events.ndjson\n"
             "kdbctl read orders-1 --output ndjson | kdbctl append copy-of-orders-1\n"
             "kdbctl append --to-streams transfer.ndjson --check account-1=4")
    .argument("STREAM", given->stream, "The stream. With --to-streams or --in-order: the file.", subject::stream)
    .argument("FILE", given->file, "Lines of NDJSON; standard input by default, or for '-'.", subject::file)
    .option("--type,-t", "TYPE", given->type, "The type of the event.")
    .option("--data,-d", "TEXT", given->data, "The data of the event.")
    .option("--data-file", "FILE", given->data_file, "A file with the data of the event, byte by byte; '-' is standard input.",
            subject::file)
    .option("--metadata,-m", "TEXT", given->metadata, "The metadata of the event.")
    .option("--metadata-file", "FILE", given->metadata_file, "A file with the metadata of the event.", subject::file)
    .option("--id", "UUID", given->id, "The id of the event; a random one by default.")
    .option("--content-type", "KIND", given->content_type, "The content type; by default json if the data are JSON.")
    .choices({"json", "binary"})
    .option("--expected,-e", "STATE", given->expected,
            "The expected state of the stream: any, no-stream, exists, or the number of its last event.")
    .flag("--in-parts", given->in_parts, "Appends long lists as several appends, which are not atomic together.")
    .flag("--to-streams", given->to_streams, "Each line names its stream; all streams are written to, or none.")
    .flag("--in-order", given->in_order, "The same, and the events have the order of the lines across streams.")
    .option("--check", "STREAM=STATE", given->checks,
            "With --to-streams: the expected state of a stream. With --in-order: of any stream; also deleted and tombstoned.")
    .asks<kdb::append_to_stream, kdb::append_in_parts, kdb::append_to_streams, kdb::append_records>()
    .runs([given](session& with) { return given->is_to_many() ? append_many(with, *given) : append_one(with, *given); });
}

} // namespace kdbctl
