// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/import_plan.hpp"

#include "tools/kdbctl/text/listing.hpp"

#include <algorithm>

namespace kdbctl {
namespace {

kdb::unexpected damaged(std::string_view member) {
  return kdb::unexpected{kdb::errc::invalid_argument, "the checkpoint can't be read: '" + std::string{member} +
                                                        "' is missing or wrong; delete it to start again"};
}

// Reads members of an object and remembers the first one that is wrong.
class members {
public:
  explicit members(const json& object) : object_{object} {}

  template <class T>
  void read(const char* name, T& into) {
    if (!wrong_.empty())
      return;
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    if (!object_.is_object() || found == object_.end())
      return fail(name);
    if constexpr (std::is_same_v<T, bool>) {
      found->is_boolean() ? void(into = found->template get<bool>()) : fail(name);
    } else if constexpr (std::is_same_v<T, std::string>) {
      found->is_string() ? void(into = found->template get<std::string>()) : fail(name);
    } else {
      found->is_number_unsigned() ? void(into = found->template get<T>()) : fail(name);
    }
  }
  void fail(const char* name) { wrong_ = name; }
  const std::string& wrong() const { return wrong_; }

private:
  const json& object_;
  std::string wrong_;
};

std::size_t size_of(const kdb::new_event& event) {
  return event.data.size() + event.metadata.size() + event.type.size();
}

} // namespace

std::size_t run_end(const std::vector<event_line>& lines, std::size_t begin) {
  auto end = begin;
  std::size_t bytes = 0;
  while (end < lines.size() && end - begin < run_events && lines[end].stream == lines[begin].stream) {
    bytes += size_of(lines[end].event);
    if (end > begin && bytes > run_bytes)
      break;
    ++end;
  }
  return end;
}

bool can_pass(const kdb::error& error, bool was_alone) {
  return error.retry_can_help || error.outcome_unknown || (error.code == kdb::errc::wrong_expected_version && !was_alone);
}

std::optional<std::chrono::milliseconds> pause_after(std::uint32_t failures, std::chrono::milliseconds elapsed,
                                                     const retry_limits& limits) {
  constexpr std::chrono::milliseconds first{100}, longest{2000};
  if (failures > limits.times || elapsed >= limits.time)
    return std::nullopt;
  const auto doublings = std::min(failures, 6u) - 1;
  return std::min({first * (1 << doublings), longest, limits.time - elapsed});
}

kdb::uuid id_of_line(const kdb::uuid& import, std::uint64_t line) {
  auto id = import;
  // The last eight bytes but the first of them, which has the variant.
  for (int byte = 15; byte > 8; --byte, line >>= 8)
    id.data[byte] ^= static_cast<std::uint8_t>(line & 255);
  return id;
}

std::string to_json_text(const import_checkpoint& checkpoint) {
  json heads = json::object();
  for (const auto& [stream, revision] : checkpoint.heads)
    heads[stream] = revision ? json(*revision) : json(nullptr);
  const json all{{"import", kdb::to_string(checkpoint.import)},
                 {"target", checkpoint.target},
                 {"into", checkpoint.into},
                 {"lines", checkpoint.lines},
                 {"bytes", checkpoint.bytes},
                 {"block", checkpoint.block},
                 {"heads", std::move(heads)},
                 {"complete", checkpoint.complete}};
  return all.dump() + "\n";
}

kdb::result<import_checkpoint> parse_import_checkpoint(std::string_view text) {
  const auto all = json::parse(text, nullptr, false);
  import_checkpoint checkpoint;
  std::string import;
  members read{all};
  read.read("import", import);
  read.read("target", checkpoint.target);
  read.read("into", checkpoint.into);
  read.read("lines", checkpoint.lines);
  read.read("bytes", checkpoint.bytes);
  read.read("block", checkpoint.block);
  read.read("complete", checkpoint.complete);
  if (!read.wrong().empty())
    return damaged(read.wrong());
  const auto id = kdb::parse_uuid(import);
  if (!id)
    return damaged("import");
  checkpoint.import = *id;
  const auto heads = all.find("heads");
  if (heads == all.end() || !heads->is_object())
    return damaged("heads");
  for (const auto& [stream, revision] : heads->items()) {
    if (!revision.is_null() && !revision.is_number_unsigned())
      return damaged("heads");
    checkpoint.heads[stream] = revision.is_null() ? std::nullopt : std::optional{revision.get<std::uint64_t>()};
  }
  return checkpoint;
}

std::string to_json_text(const export_checkpoint& checkpoint) {
  const json all{{"source", checkpoint.source},    {"target", checkpoint.target},     {"stream", checkpoint.stream},
                 {"begun", checkpoint.begun},      {"revision", checkpoint.revision}, {"commit", checkpoint.commit},
                 {"prepare", checkpoint.prepare},  {"events", checkpoint.events},     {"bytes", checkpoint.bytes},
                 {"complete", checkpoint.complete}};
  return all.dump() + "\n";
}

kdb::result<export_checkpoint> parse_export_checkpoint(std::string_view text) {
  const auto all = json::parse(text, nullptr, false);
  export_checkpoint checkpoint;
  members read{all};
  read.read("source", checkpoint.source);
  read.read("target", checkpoint.target);
  read.read("stream", checkpoint.stream);
  read.read("begun", checkpoint.begun);
  read.read("revision", checkpoint.revision);
  read.read("commit", checkpoint.commit);
  read.read("prepare", checkpoint.prepare);
  read.read("events", checkpoint.events);
  read.read("bytes", checkpoint.bytes);
  read.read("complete", checkpoint.complete);
  if (!read.wrong().empty())
    return damaged(read.wrong());
  return checkpoint;
}

} // namespace kdbctl
