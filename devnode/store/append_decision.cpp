// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/append_decision.hpp"

namespace kdb::inline v0::development {
namespace {

// An append that may repeat an earlier one at a place it names: event i must be the one at `after` + 1 + i.
append_decision repeat_at(std::int64_t after, std::span<const uuid> ids, const known_ids& known, append_verdict if_new) {
  if (ids.empty() || known.id_at(after + 1) != ids.front())
    return {if_new};
  auto revision = after;
  for (auto& id : ids)
    if (known.id_at(++revision) != id)
      return {append_verdict::wrong_version};
  return {append_verdict::duplicate, revision};
}

// An append that names no place repeats an earlier one if all of its ids are among the stream's recent ones.
append_decision repeat_anywhere(std::span<const uuid> ids, const known_ids& known) {
  std::optional<std::int64_t> last;
  for (auto& id : ids) {
    auto found = known.recent(id);
    if (!found)
      return {last ? append_verdict::wrong_version : append_verdict::write};
    last = found;
  }
  return last ? append_decision{append_verdict::duplicate, *last} : append_decision{};
}

} // namespace

append_decision decide_append(const stream_facts& stream, expected_state expected, std::span<const uuid> ids,
                              const known_ids& known) {
  if (stream.tombstoned)
    return {append_verdict::deleted};
  switch (expected.code) {
    case expected_state::exists_code:
      if (stream.soft_deleted)
        return {append_verdict::deleted};
      if (stream.last == no_revision && !stream.has_metadata)
        return {append_verdict::wrong_version};
      return repeat_anywhere(ids, known);
    case expected_state::any_code: return repeat_anywhere(ids, known);
    case expected_state::no_stream_code:
      if (stream.last == no_revision)
        return {};
      return repeat_at(no_revision, ids, known, stream.soft_deleted ? append_verdict::write : append_verdict::wrong_version);
    default:
      // The right revision is never compared with ids: the same event is written again.
      if (expected.code == stream.last)
        return {};
      if (expected.code > stream.last)
        return {append_verdict::wrong_version};
      return repeat_at(expected.code, ids, known, append_verdict::wrong_version);
  }
}

append_verdict decide_delete(const stream_facts& stream, expected_state expected, bool tombstone) {
  struct : known_ids {
    std::optional<uuid> id_at(std::int64_t) const override { return std::nullopt; }
    std::optional<std::int64_t> recent(const uuid&) const override { return std::nullopt; }
  } nothing;
  auto fresh = random_uuid();
  auto verdict = decide_append(stream, expected, {&fresh, 1}, nothing).verdict;
  bool missing = stream.last == no_revision && !stream.has_metadata;
  if (verdict == append_verdict::write && missing && !tombstone)
    return append_verdict::wrong_version;
  return verdict;
}

} // namespace kdb::inline v0::development
