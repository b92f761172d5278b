// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/store.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development::testing {

/// The time at which a model begins, and its unit.
inline constexpr std::int64_t one_second = 10'000'000;
inline constexpr std::int64_t beginning = 17'955'393'745'000'000;

/// An event of a model.
struct model_event {
  std::string stream;
  std::int64_t revision = 0; // tombstone_revision for a tombstone
  std::uint64_t id = 0;      // 0: one that the node makes
  std::string type;
  std::string data;
  std::int64_t created = 0;
};

/// What is known about a stream in a model.
struct model_metadata {
  std::optional<std::int64_t> max_count{}, max_age{}, truncate_before{};
  std::string own{}; // a key that only its owner understands
};

/// What is written about a stream, as JSON, in the order in which the test writes it.
inline std::string document(const model_metadata& metadata) {
  std::string text;
  auto add = [&](std::string_view key, const std::string& value) {
    text.append(text.empty() ? "{" : ",").append("\"").append(key).append("\":").append(value);
  };
  if (!metadata.own.empty())
    add("own", "\"" + metadata.own + "\"");
  if (metadata.max_count)
    add("$maxCount", std::to_string(*metadata.max_count));
  if (metadata.max_age)
    add("$maxAge", std::to_string(*metadata.max_age));
  if (metadata.truncate_before)
    add("$tb", std::to_string(*metadata.truncate_before));
  return text.empty() ? "{}" : text + "}";
}

/// The node's log as it should be: events in a plain list, which is looked through as a whole for every answer.
class model {
public:
  std::int64_t time = beginning;
  std::vector<model_event> all{{"$$$scavenges", 0, 0, "$metadata", "", beginning}};

  struct outcome {
    append_verdict verdict = append_verdict::write;
    std::int64_t last = no_revision;
  };

  outcome append(const std::string& stream, expected_state expected, const std::vector<std::uint64_t>& ids) {
    auto before = last(stream);
    auto decided = decide(stream, expected, ids);
    if (decided.verdict != append_verdict::write)
      return decided.verdict == append_verdict::duplicate ? decided : outcome{decided.verdict, before};
    bool was_deleted = soft_deleted(stream);
    for (auto id : ids)
      write(stream, id, "t" + std::to_string(id % 3), "{}");
    if (was_deleted)
      bring_back(stream, before + 1);
    return {append_verdict::write, last(stream)};
  }

  void set_metadata(const std::string& stream, const model_metadata& to, std::uint64_t id) {
    if (tombstoned(stream) && last("$$" + stream) == no_revision)
      return;
    bool was_deleted = soft_deleted(stream);
    metadata[stream] = to;
    write("$$" + stream, id, "$metadata", document(to));
    if (was_deleted && !soft_deleted(stream))
      bring_back(stream, last(stream) + 1);
  }

  append_verdict soft_delete(const std::string& stream, expected_state expected) {
    auto verdict = decide_without_ids(stream, expected);
    bool missing = last(stream) == no_revision && !metadata.contains(stream);
    if (verdict == append_verdict::write && missing)
      return append_verdict::wrong_version;
    if (verdict != append_verdict::write)
      return verdict;
    metadata[stream] = {.truncate_before = deleted_truncate_before};
    write("$$" + stream, 0, "$metadata", document(metadata[stream]));
    return verdict;
  }

  append_verdict tombstone(const std::string& stream, expected_state expected) {
    auto verdict = decide_without_ids(stream, expected);
    if (verdict == append_verdict::write) {
      all.push_back({stream, tombstone_revision, 0, "$streamDeleted", "", time});
      dead.insert(stream);
    }
    return verdict;
  }

  std::int64_t last(const std::string& stream) const {
    auto found = no_revision;
    for (auto& event : all)
      if (event.stream == stream && event.revision != tombstone_revision)
        found = event.revision;
    return found;
  }

  bool tombstoned(const std::string& stream) const {
    return dead.contains(stream) || (stream.starts_with("$$") && dead.contains(stream.substr(2)));
  }

  /// What a reader of the stream sees, upwards.
  std::vector<const model_event*> visible(const std::string& stream) const {
    std::vector<const model_event*> seen;
    auto highest = last(stream);
    for (auto& event : all)
      if (event.stream == stream && event.revision != tombstone_revision && may_be_read(event, highest))
        seen.push_back(&event);
    return seen;
  }

private:
  bool may_be_read(const model_event& event, std::int64_t highest) const {
    if (event.stream.starts_with("$$"))
      return event.revision == highest;
    auto found = metadata.find(event.stream);
    if (found == metadata.end())
      return true;
    auto& rules = found->second;
    if (rules.truncate_before && event.revision < *rules.truncate_before)
      return false;
    if (rules.max_count && event.revision <= highest - *rules.max_count)
      return false;
    return !rules.max_age || event.created >= time - *rules.max_age * one_second;
  }

  bool soft_deleted(const std::string& stream) const {
    auto found = metadata.find(stream);
    return found != metadata.end() && found->second.truncate_before == deleted_truncate_before;
  }

  void write(const std::string& stream, std::uint64_t id, std::string type, std::string data) {
    all.push_back({stream, last(stream) + 1, id, std::move(type), std::move(data), time});
  }

  void bring_back(const std::string& stream, std::int64_t first) {
    metadata[stream].truncate_before = first;
    write("$$" + stream, 0, "$metadata", document(metadata[stream]));
  }

  // The revision of an id, the last one if it was written more than once anywhere: none if that was into another stream.
  std::optional<std::int64_t> recent(const std::string& stream, std::uint64_t id) const {
    for (auto event = all.rbegin(); event != all.rend(); ++event)
      if (event->id == id && id != 0)
        return event->stream == stream ? std::optional{event->revision} : std::nullopt;
    return std::nullopt;
  }

  std::uint64_t id_at(const std::string& stream, std::int64_t revision) const {
    for (auto& event : all)
      if (event.stream == stream && event.revision == revision)
        return event.id;
    return 0;
  }

  outcome repetition_at(const std::string& stream, std::int64_t after, const std::vector<std::uint64_t>& ids,
                        append_verdict if_new) const {
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (id_at(stream, after + 1 + static_cast<std::int64_t>(i)) != ids[i])
        return {i == 0 ? if_new : append_verdict::wrong_version, no_revision};
    if (ids.empty())
      return {if_new, no_revision};
    return {append_verdict::duplicate, after + static_cast<std::int64_t>(ids.size())};
  }

  outcome repetition_anywhere(const std::string& stream, const std::vector<std::uint64_t>& ids) const {
    auto revision = no_revision;
    std::size_t known = 0;
    for (; known < ids.size(); ++known) {
      auto found = recent(stream, ids[known]);
      if (!found)
        break;
      revision = *found;
    }
    if (known == 0)
      return {};
    return {known == ids.size() ? append_verdict::duplicate : append_verdict::wrong_version, revision};
  }

  // The rules for expected states, one by one.
  outcome decide(const std::string& stream, expected_state expected, const std::vector<std::uint64_t>& ids) const {
    auto current = last(stream);
    bool deleted = soft_deleted(stream);
    if (tombstoned(stream))
      return {append_verdict::deleted, no_revision};
    if (expected == expected_state::exists()) {
      if (deleted)
        return {append_verdict::deleted, no_revision};
      if (current == no_revision && !metadata.contains(stream))
        return {append_verdict::wrong_version, no_revision};
      return repetition_anywhere(stream, ids);
    }
    if (expected == expected_state::any())
      return repetition_anywhere(stream, ids);
    if (expected.code == current && current != no_revision)
      return {};
    if (expected == expected_state::no_stream()) {
      if (current == no_revision)
        return {};
      return repetition_at(stream, no_revision, ids, deleted ? append_verdict::write : append_verdict::wrong_version);
    }
    if (expected.code < current)
      return repetition_at(stream, expected.code, ids, append_verdict::wrong_version);
    return {append_verdict::wrong_version, no_revision};
  }

  append_verdict decide_without_ids(const std::string& stream, expected_state expected) const {
    constexpr std::uint64_t never_written = ~std::uint64_t{0};
    return decide(stream, expected, {never_written}).verdict;
  }

  std::map<std::string, model_metadata> metadata{{"$scavenges", {.max_age = 2'592'000}}};
  std::set<std::string> dead;
};

} // namespace kdb::inline v0::development::testing
