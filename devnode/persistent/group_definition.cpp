// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/group_definition.hpp"

#include "devnode/store/json.hpp"

#include <algorithm>
#include <charconv>

namespace kdb::inline v0::development {
namespace {

std::string pair_text(std::int64_t commit, std::int64_t prepare) {
  return "C:" + std::to_string(commit) + "/P:" + std::to_string(prepare);
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::optional<std::pair<std::int64_t, std::int64_t>> pair(std::string_view text) {
  auto slash = text.find('/');
  if (!text.starts_with("C:") || slash == text.npos || text.substr(slash + 1, 2) != "P:")
    return std::nullopt;
  auto commit = number(text.substr(2, slash - 2)), prepare = number(text.substr(slash + 3));
  if (!commit || !prepare)
    return std::nullopt;
  return std::pair{*commit, *prepare};
}

std::optional<group_start> parse_start(const group_definition& of, std::string_view text) {
  if (!of.all()) {
    auto revision = number(text);
    return revision ? std::optional{group_start{*revision, 0}} : std::nullopt;
  }
  auto position = pair(text);
  return position ? std::optional{group_start{position->first, position->second}} : std::nullopt;
}

// -- JSON ----------------------------------------------------------------------------------------------------------

// Writes the members of an object, indented as a server does.
class object_writer {
public:
  object_writer(std::string& out, int depth) : out_{out}, indent_(static_cast<std::size_t>(depth) * 2, ' ') { out_ += '{'; }

  void add(std::string_view key, const std::string& raw) {
    out_ += first_ ? "\n" : ",\n";
    first_ = false;
    out_ += indent_ + "  " + quoted(key) + ": " + raw;
  }
  void add_number(std::string_view key, std::int64_t value) { add(key, std::to_string(value)); }
  void add_flag(std::string_view key, bool value) { add(key, value ? "true" : "false"); }
  void add_text(std::string_view key, std::string_view value) { add(key, quoted(value)); }
  void close() { out_ += "\n" + indent_ + "}"; }

private:
  std::string& out_;
  std::string indent_;
  bool first_ = true;
};

std::string filter_text(const group_filter& filter) {
  std::string text, prefixes;
  for (auto& each : filter.prefixes)
    prefixes += (prefixes.empty() ? "" : ",") + quoted(each);
  object_writer out{text, 3};
  out.add_text("on", filter.subject == filter_subject::stream_name ? "stream" : "type");
  out.add_text("regex", filter.regex);
  out.add("prefixes", "[" + prefixes + "]");
  out.close();
  return text;
}

std::string group_text(const group_definition& group) {
  auto& settings = group.settings;
  std::string text;
  object_writer out{text, 2};
  out.add_text("stream", group.stream);
  out.add_text("group", group.name);
  out.add_flag("resolveLinkTos", settings.resolve_links);
  out.add_number("checkPointAfter", settings.checkpoint_after.count());
  out.add_flag("extraStatistics", settings.extra_statistics);
  out.add_number("historyBufferSize", settings.history_buffer_size);
  out.add_number("liveBufferSize", settings.live_buffer_size);
  out.add_number("maxCheckPointCount", settings.max_checkpoint_count);
  out.add_number("minCheckPointCount", settings.min_checkpoint_count);
  out.add_number("maxRetryCount", settings.max_retry_count);
  out.add_number("maxSubscriberCount", settings.max_subscriber_count);
  out.add_number("messageTimeout", settings.message_timeout.count());
  out.add_number("readBatchSize", settings.read_batch_size);
  out.add_text("startPosition", start_text(group));
  out.add_text("namedConsumerStrategy", name_of(settings.strategy));
  if (group.filter)
    out.add("filter", filter_text(*group.filter));
  out.close();
  return text;
}

// The members of an object by their names. Reading one that is missing or of another type makes it bad.
class object_reader {
public:
  explicit object_reader(std::string_view raw) : members_{parse_object(raw)} {}

  bool good() const { return members_.has_value() && !bad_; }

  std::string_view raw(std::string_view key) {
    if (members_)
      for (auto& each : *members_)
        if (each.key == key)
          return each.value;
    return {};
  }

  std::string text(std::string_view key) { return taken(parse_string(raw(key))); }
  bool flag(std::string_view key) { return raw(key) == "true"; }

  template <class Number>
  Number number(std::string_view key) {
    return static_cast<Number>(taken(parse_integer(raw(key))));
  }

private:
  template <class Value>
  Value taken(std::optional<Value> value) {
    bad_ = bad_ || !value;
    return value ? std::move(*value) : Value{};
  }

  std::optional<std::vector<json_member>> members_;
  bool bad_ = false;
};

std::optional<group_filter> read_filter(std::string_view raw) {
  object_reader in{raw};
  group_filter filter;
  filter.subject = in.text("on") == "stream" ? filter_subject::stream_name : filter_subject::event_type;
  filter.regex = in.text("regex");
  auto prefixes = parse_array(in.raw("prefixes"));
  if (!in.good() || !prefixes)
    return std::nullopt;
  for (auto each : *prefixes)
    filter.prefixes.push_back(parse_string(each).value_or(""));
  return filter;
}

std::optional<group_definition> read_group(std::string_view raw) {
  object_reader in{raw};
  group_definition group;
  auto& settings = group.settings;
  group.stream = in.text("stream");
  group.name = in.text("group");
  settings.resolve_links = in.flag("resolveLinkTos");
  settings.checkpoint_after = std::chrono::milliseconds{in.number<std::int64_t>("checkPointAfter")};
  settings.extra_statistics = in.flag("extraStatistics");
  settings.history_buffer_size = in.number<std::int32_t>("historyBufferSize");
  settings.live_buffer_size = in.number<std::int32_t>("liveBufferSize");
  settings.max_checkpoint_count = in.number<std::int32_t>("maxCheckPointCount");
  settings.min_checkpoint_count = in.number<std::int32_t>("minCheckPointCount");
  settings.max_retry_count = in.number<std::int32_t>("maxRetryCount");
  settings.max_subscriber_count = in.number<std::int32_t>("maxSubscriberCount");
  settings.message_timeout = std::chrono::milliseconds{in.number<std::int64_t>("messageTimeout")};
  settings.read_batch_size = in.number<std::int32_t>("readBatchSize");
  auto start = parse_start(group, in.text("startPosition"));
  auto strategy = parse_strategy(in.text("namedConsumerStrategy"));
  auto raw_filter = in.raw("filter");
  group.filter = raw_filter.empty() ? std::nullopt : read_filter(raw_filter);
  if (!in.good() || !start || !strategy || (!raw_filter.empty() && !group.filter))
    return std::nullopt;
  group.start = *start;
  settings.strategy = *strategy;
  return group;
}

} // namespace

event_filter group_filter::compile() const {
  return regex.empty() ? prefix_filter(subject, prefixes) : regex_filter(subject, regex);
}

std::string place_text(const group_definition& of, const group_place& place) {
  return of.all() ? pair_text(place.at, place.skipped ? 0 : place.at) : std::to_string(place.at);
}

std::string start_text(const group_definition& of) {
  return of.all() ? pair_text(of.start.at, of.start.prepare) : std::to_string(of.start.at);
}

std::optional<group_place> parse_place(const group_definition& of, std::string_view text) {
  auto found = parse_start(of, text);
  if (!found || found->at < 0)
    return std::nullopt;
  return group_place{found->at, of.all() && found->prepare != found->at};
}

std::string write_config(std::span<const group_definition* const> groups, std::string_view updated) {
  std::string text, entries;
  for (auto each : groups)
    entries += (entries.empty() ? "\n    " : ",\n    ") + group_text(*each);
  object_writer out{text, 0};
  out.add_text("version", "2");
  out.add_text("updated", updated);
  out.add_text("updatedBy", "system");
  out.add("entries", entries.empty() ? "[]" : "[" + entries + "\n  ]");
  out.close();
  return text;
}

std::vector<group_definition> read_config(std::string_view document) {
  std::vector<group_definition> groups;
  object_reader in{document};
  auto entries = parse_array(in.raw("entries"));
  if (!entries)
    return groups;
  for (auto each : *entries)
    if (auto group = read_group(each))
      groups.push_back(*std::move(group));
  return groups;
}

std::string write_change(const group_change& change) {
  std::string text;
  object_writer out{text, 0};
  out.add(change.removed ? "removed" : "set", group_text(change.group));
  out.close();
  return text;
}

std::optional<group_change> read_change(std::string_view text) {
  object_reader in{text};
  auto set = in.raw("set"), removed = in.raw("removed");
  auto group = read_group(set.empty() ? removed : set);
  return group ? std::optional{group_change{*std::move(group), set.empty()}} : std::nullopt;
}

} // namespace kdb::inline v0::development
