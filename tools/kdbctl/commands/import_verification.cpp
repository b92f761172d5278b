// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/import_verification.hpp"

#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/text/import_plan.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <map>

namespace kdbctl {
namespace {

// FNV-1a over the parts of events, with their lengths.
class digest {
public:
  void add(std::string_view part) {
    add_number(part.size());
    for (const char byte : part)
      mix(static_cast<unsigned char>(byte));
  }
  void add(const kdb::uuid& id, std::string_view type, bool is_json, std::string_view data, std::string_view metadata) {
    for (const auto byte : id)
      mix(byte);
    add(type);
    mix(is_json ? 1 : 0);
    add(data);
    add(metadata);
  }
  friend bool operator==(const digest&, const digest&) = default;

private:
  void add_number(std::uint64_t number) {
    for (int i = 0; i < 8; ++i, number >>= 8)
      mix(static_cast<unsigned char>(number & 255));
  }
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211ull; }
  std::uint64_t value_ = 14695981039346656037ull;
};

struct stream_lines {
  kdb::uuid first{};
  std::uint64_t count = 0;
  digest content{};
};

using expectations = std::map<std::string, stream_lines>;

kdb::result<expectations> read_lines(const std::string& name, const std::optional<std::string>& into, const kdb::uuid& import) {
  const auto file = open_for_reading(name);
  if (!file)
    return kdb::unexpected{file.error()};
  expectations streams;
  line_reader reader{file->number()};
  for (std::uint64_t number = 1; auto text = reader.next(); ++number) {
    auto line = parse_event_line(*text);
    if (!line)
      return kdb::unexpected{line.error()};
    if (!line->has_id)
      line->event.id = id_of_line(import, number);
    auto& stream = streams[into ? *into : line->stream.value_or("")];
    if (stream.count++ == 0)
      stream.first = line->event.id;
    stream.content.add(line->event.id, line->event.type, line->event.content_type == kdb::content_type::json, line->event.data,
                       line->event.metadata);
  }
  return streams;
}

kdb::result<bool> is_there(const kdb::client& client, const std::string& name, const stream_lines& lines) {
  auto events = client.read_stream(name);
  std::uint64_t count = 0;
  digest content;
  for (const auto& event : events.events()) {
    // Events that were there before the import.
    if (count == 0 && event.id() != lines.first)
      continue;
    content.add(event.id(), event.type(), event.content_type() == kdb::content_type::json, event.data(), event.metadata());
    if (++count == lines.count)
      break;
  }
  if (auto finished = events.finish(); !finished)
    return kdb::unexpected{finished.error()};
  return count == lines.count && content == lines.content;
}

} // namespace

ending verify_import(session& with, const std::string& file, const std::optional<std::string>& into, const kdb::uuid& import) {
  const auto streams = read_lines(file, into, import);
  if (!streams)
    return streams.error();
  const auto client = with.client();
  if (!client)
    return client.error();
  std::uint64_t events = 0;
  for (const auto& [name, lines] : *streams) {
    const auto same = is_there(*client, name, lines);
    if (!same)
      return with.broken_off("verified " + counted(events, "event"), events > 0, same.error());
    if (!*same)
      return {exit_status::failure, "the stream '" + name + "' does not have the events of '" + file + "'"};
    events += lines.count;
  }
  with.say("verified " + counted(events, "event") + " of " + counted(streams->size(), "stream"));
  return {};
}

} // namespace kdbctl
