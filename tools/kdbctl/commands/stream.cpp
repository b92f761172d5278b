// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/input.hpp"
#include "tools/kdbctl/commands/stream_names.hpp"
#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/text/event_line.hpp"
#include "tools/kdbctl/text/values.hpp"

namespace kdbctl {
namespace {

json revision_of(const std::optional<kdb::stream_revision>& revision) {
  return revision ? json(revision->value) : json(nullptr);
}

// -- looking --------------------------------------------------------------------------------------

struct list_arguments {
  std::string prefix{};
  bool system = false;
  std::uint64_t limit = 1'000'000;
};

ending list(session& with, const list_arguments& given) {
  const auto client = with.client();
  if (!client)
    return client.error();
  const auto names =
    find_streams(*client, {.prefix = given.prefix, .system = given.system, .limit = static_cast<std::size_t>(given.limit)});
  if (!names)
    return with.broken_off("listed nothing", false, names.error());
  listing answer{json::array(), {{"STREAM", "stream"}}};
  for (const auto& name : *names)
    answer.content.push_back({{"stream", name}});
  return with.show(answer);
}

ending show(session& with, const std::string& stream) {
  const auto metadata = with.ask(kdb::get_stream_metadata{stream});
  if (!metadata)
    return metadata.error();
  const auto version = with.ask(kdb::get_current_version{stream});
  if (!version)
    return version.error();
  const auto is_deleted = metadata->metadata.is_soft_deleted();
  if (!*version && !metadata->revision)
    return kdb::error{.code = kdb::errc::stream_not_found, .message = "there is no stream '" + stream + "'"};
  json answer{{"stream", stream},
              {"state", is_deleted ? "deleted"
                        : *version ? "exists"
                                   : "no events"},
              {"lastRevision", revision_of(*version)}};
  if (*version && !is_deleted) {
    // The first and the last event: an event each.
    for (const auto direction : {kdb::forwards, kdb::backwards}) {
      kdb::read_stream_to_end one{stream, {.direction = direction, .limit = 1}};
      const auto events = with.ask(std::move(one));
      const auto name = direction == kdb::forwards ? "first" : "last";
      if (events && !events->empty())
        answer[name] = {{"revision", events->front().revision().value},
                        {"type", std::string{events->front().type()}},
                        {"created", to_text(view_of(events->front()).created)}};
    }
  }
  answer["metadataRevision"] = revision_of(metadata->revision);
  answer["metadata"] = json_of(metadata->metadata);
  return with.show({answer});
}

// -- metadata ---------------------------------------------------------------------------------------

struct metadata_arguments {
  std::string stream;
  std::optional<std::string> file{};
  std::optional<kdb::stream_state> expected{};
  std::optional<std::uint64_t> max_count{};
  std::optional<std::chrono::milliseconds> max_age{};
  std::optional<std::chrono::milliseconds> cache_control{};
  std::vector<std::string> set{};
  std::vector<std::string> unset{};
};

struct acl_arguments {
  std::string stream;
  std::optional<std::string> read{}, write{}, remove{}, read_metadata{}, write_metadata{};
  bool clear = false;
};

ending show_metadata(session& with, const kdb::metadata_result& found) {
  return with.show({json_of(found.metadata)});
}

// Changes what is there, unless somebody else does so at the same time.
template <class Change>
ending change_metadata(session& with, const std::string& stream, const std::optional<kdb::stream_state>& expected,
                       Change&& change) {
  auto found = with.ask(kdb::get_stream_metadata{stream});
  if (!found)
    return found.error();
  if (auto wrong = change(found->metadata); wrong.status != exit_status::success)
    return wrong;
  const auto as_read = found->revision ? kdb::stream_state{*found->revision} : kdb::stream_state::no_stream;
  const auto done = with.ask(kdb::set_stream_metadata{stream, expected.value_or(as_read), found->metadata});
  if (!done)
    return done.error();
  return with.show({json_of(found->metadata)});
}

std::chrono::seconds seconds_of(std::chrono::milliseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time);
}

ending change(const metadata_arguments& given, kdb::stream_metadata& metadata) {
  if (given.file) {
    const auto text = read_file(*given.file);
    if (!text)
      return text.error();
    auto parsed = kdb::parse_stream_metadata(*text);
    if (!parsed)
      return parsed.error();
    metadata = std::move(*parsed);
  }
  if (given.max_count)
    metadata.max_count = given.max_count;
  if (given.max_age)
    metadata.max_age = seconds_of(*given.max_age);
  if (given.cache_control)
    metadata.cache_control = seconds_of(*given.cache_control);
  for (const auto& one : given.set) {
    const auto equals = one.find('=');
    if (equals == one.npos || equals == 0)
      return misuse("'" + one + "' is not accepted; write NAME=JSON");
    metadata.custom[one.substr(0, equals)] = one.substr(equals + 1);
  }
  for (const auto& name : given.unset) {
    if (name == "$maxCount")
      metadata.max_count.reset();
    else if (name == "$maxAge")
      metadata.max_age.reset();
    else if (name == "$tb")
      metadata.truncate_before.reset();
    else if (name == "$cacheControl")
      metadata.cache_control.reset();
    else if (name == "$acl")
      metadata.acl.reset();
    else if (metadata.custom.erase(name) == 0)
      return misuse("the metadata have no '" + name + "'");
  }
  return {};
}

ending metadata(session& with, const metadata_arguments& given) {
  const auto changes =
    given.file || given.max_count || given.max_age || given.cache_control || !given.set.empty() || !given.unset.empty();
  if (changes)
    return change_metadata(with, given.stream, given.expected, [&](kdb::stream_metadata& all) { return change(given, all); });
  const auto found = with.ask(kdb::get_stream_metadata{given.stream});
  return found ? show_metadata(with, *found) : ending{found.error()};
}

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    if (comma > at)
      names.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

ending acl(session& with, const acl_arguments& given) {
  const auto changes = given.clear || given.read || given.write || given.remove || given.read_metadata || given.write_metadata;
  if (!changes) {
    const auto found = with.ask(kdb::get_stream_metadata{given.stream});
    if (!found)
      return found.error();
    const auto all = json_of(found->metadata);
    return with.show({all.contains("$acl") ? all["$acl"] : json::object()});
  }
  return change_metadata(with, given.stream, std::nullopt, [&](kdb::stream_metadata& all) -> ending {
    if (given.clear)
      all.acl.reset();
    const auto take = [&](std::optional<std::vector<std::string>> kdb::stream_acl::*right,
                          const std::optional<std::string>& names) {
      if (!names)
        return;
      if (!all.acl)
        all.acl.emplace();
      (*all.acl).*right = names_in(*names);
    };
    take(&kdb::stream_acl::read, given.read);
    take(&kdb::stream_acl::write, given.write);
    take(&kdb::stream_acl::remove, given.remove);
    take(&kdb::stream_acl::read_metadata, given.read_metadata);
    take(&kdb::stream_acl::write_metadata, given.write_metadata);
    return {};
  });
}

ending default_acl(session& with, const std::optional<std::string>& file, kdb::stream_state expected) {
  if (!file) {
    const auto found = with.ask(kdb::get_system_settings{});
    if (!found)
      return found.error();
    const auto text = kdb::to_json(found->settings);
    return text ? with.show({json::parse(*text, nullptr, false)}) : ending{text.error()};
  }
  const auto text = read_file(*file);
  if (!text)
    return text.error();
  auto settings = kdb::parse_system_settings(*text);
  if (!settings)
    return settings.error();
  const auto done = with.ask(kdb::set_system_settings{expected, std::move(*settings)});
  if (!done)
    return done.error();
  with.say("replaced the default access lists");
  return {};
}

// -- deleting ------------------------------------------------------------------------------------

ending truncate(session& with, const std::string& stream, const std::string& before) {
  std::optional<std::uint64_t> first;
  if (before == "end") {
    const auto version = with.ask(kdb::get_current_version{stream});
    if (!version)
      return version.error();
    if (!*version)
      return kdb::error{.code = kdb::errc::stream_not_found, .message = "there is no stream '" + stream + "'"};
    first = (*version)->value + 1;
  } else {
    const auto number = parse_number<std::uint64_t>(before, "the number of the first event to keep, or end");
    if (!number)
      return number.error();
    first = *number;
  }
  return change_metadata(with, stream, std::nullopt, [&](kdb::stream_metadata& all) -> ending {
    all.truncate_before = kdb::stream_revision{*first};
    return {};
  });
}

struct delete_arguments {
  std::string stream;
  kdb::stream_state expected = kdb::stream_state::any;
  bool yes = false;
};

template <class Request>
ending remove(session& with, const delete_arguments& given, std::string_view done_text) {
  const auto done = with.ask(Request{given.stream, given.expected});
  if (!done)
    return done.error();
  with.say(std::string{done_text} + " '" + given.stream + "'");
  return with.show(
    {json{{"stream", given.stream}, {"position", done->position ? json(to_string(*done->position)) : json(nullptr)}}});
}

void define_looking(definition& streams) {
  const auto listed = std::make_shared<list_arguments>();
  streams
    .command("list",
             "Lists the names of streams. They come from the stream $streams if the projection of that name runs. If not, all "
             "events are read, "
             "which takes long on a large server.",
             "kdbctl stream list orders-")
    .argument("PREFIX", listed->prefix, "The prefix of the names.", subject::stream)
    .optional()
    .flag("--system", listed->system, "Also streams whose name begins with $.")
    .option("--limit,-n", "N", listed->limit, "At most that many.")
    .runs([listed](session& with) { return list(with, *listed); });

  const auto shown = std::make_shared<std::string>();
  streams
    .command("show", "Shows the state of a stream, its first and last event, and its metadata.", "kdbctl stream show orders-1")
    .argument("STREAM", *shown, "", subject::stream)
    .asks<kdb::get_stream_metadata, kdb::get_current_version, kdb::read_stream_to_end>()
    .runs([shown](session& with) { return show(with, *shown); });
}

void define_metadata(definition& streams) {
  const auto given = std::make_shared<metadata_arguments>();
  streams
    .command("metadata", "Shows the metadata of a stream, or changes the members that the options name and keeps the others.",
             "kdbctl stream metadata orders-1 --max-count 1000 --set owner='\"sales\"'")
    .argument("STREAM", given->stream, "", subject::stream)
    .option("--max-count", "N", given->max_count, "Keeps that many of the newest events.")
    .option("--max-age", "TIME", given->max_age, "Hides older events, such as 30d.")
    .option("--cache-control", "TIME", given->cache_control, "How long feeds may be cached.")
    .option("--set", "NAME=JSON", given->set, "Sets a member of your own. Any number of times.")
    .option("--unset", "NAME", given->unset,
            "Removes a member, also $maxCount, $maxAge, $tb, $cacheControl and $acl. Any number of times.")
    .option("--file", "FILE", given->file, "Replaces all metadata with the JSON of the file; '-' is standard input.",
            subject::file)
    .option("--expected,-e", "STATE", given->expected,
            "The expected revision of the metadata, in place of the one that was read before the change.")
    .asks<kdb::get_stream_metadata, kdb::set_stream_metadata>()
    .runs([given](session& with) { return metadata(with, *given); });

  const auto rights = std::make_shared<acl_arguments>();
  const auto names = "NAMES";
  streams
    .command("acl",
             "Shows the access list of a stream, or changes the rights that the options name. Names are separated by commas.",
             "kdbctl stream acl orders-1 --read ann,'$ops' --write ann")
    .argument("STREAM", rights->stream, "", subject::stream)
    .option("--read", names, rights->read, "Who may read events; '$all' is everybody.")
    .option("--write", names, rights->write, "Who may append.")
    .option("--delete", names, rights->remove, "Who may delete the stream.")
    .option("--read-metadata", names, rights->read_metadata, "Who may read the metadata.")
    .option("--write-metadata", names, rights->write_metadata, "Who may change the metadata.")
    .flag("--clear", rights->clear, "Removes the list: the server's defaults apply.")
    .asks<kdb::get_stream_metadata, kdb::set_stream_metadata>()
    .runs([rights](session& with) { return acl(with, *rights); });

  const auto file = std::make_shared<std::optional<std::string>>();
  const auto expected = std::make_shared<kdb::stream_state>(kdb::stream_state::any);
  streams
    .command("default-acl", "Shows the access lists of streams without one of their own, or replaces them.",
             "kdbctl stream default-acl settings.json")
    .argument("FILE", *file, "JSON with the members $userStreamAcl and $systemStreamAcl; '-' is standard input.", subject::file)
    .option("--expected,-e", "STATE", *expected, "The expected revision of the settings.")
    .asks<kdb::get_system_settings, kdb::set_system_settings>()
    .runs([file, expected](session& with) { return default_acl(with, *file, *expected); });
}

void define_deleting(definition& streams) {
  const auto stream = std::make_shared<std::string>();
  const auto before = std::make_shared<std::string>();
  streams
    .command("truncate", "Hides the events before one, by the metadata of the stream.", "kdbctl stream truncate orders-1 100")
    .argument("STREAM", *stream, "", subject::stream)
    .argument("BEFORE", *before, "The number of the first event to keep; 'end' hides all there are.")
    .asks<kdb::get_current_version, kdb::get_stream_metadata, kdb::set_stream_metadata>()
    .runs([stream, before](session& with) { return truncate(with, *stream, *before); });

  const auto deleted = std::make_shared<delete_arguments>();
  streams
    .command("delete", "Deletes the events of a stream. The next append continues its numbering.",
             "kdbctl stream delete orders-1 --expected 12")
    .argument("STREAM", deleted->stream, "", subject::stream)
    .option("--expected,-e", "STATE", deleted->expected,
            "The expected state of the stream: any, exists, or the number of its last event.")
    .asks<kdb::delete_stream>()
    .runs([deleted](session& with) { return remove<kdb::delete_stream>(with, *deleted, "deleted"); });

  const auto gone = std::make_shared<delete_arguments>();
  streams
    .command("tombstone", "Deletes a stream for good: its name can never be used again.",
             "kdbctl stream tombstone orders-1 --yes")
    .argument("STREAM", gone->stream, "", subject::stream)
    .option("--expected,-e", "STATE", gone->expected,
            "The expected state of the stream: any, exists, or the number of its last event.")
    .flag("--yes", gone->yes, "Does not ask for confirmation.")
    .asks<kdb::tombstone_stream>()
    .runs([gone](session& with) {
      auto sure = confirm(gone->yes, "Tombstone '" + gone->stream + "'? Its name can never be used again.");
      return sure.status == exit_status::success ? remove<kdb::tombstone_stream>(with, *gone, "tombstoned") : sure;
    });
}

} // namespace

void define_stream(definition& program) {
  auto& streams = program.command("stream", "Streams: names, metadata, access, deleting.");
  define_looking(streams);
  define_metadata(streams);
  define_deleting(streams);
}

} // namespace kdbctl
