// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/transaction.hpp"

#include <algorithm>

namespace kdb::inline v0::development {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string folded_name(std::string_view name) {
  std::string folded{name};
  std::ranges::transform(folded, folded.begin(), lower);
  return folded;
}

std::size_t transaction::add_target(std::string_view stream, expected_state expected) {
  auto [known, added] = target_of.try_emplace(folded_name(stream), targets.size());
  if (added)
    targets.push_back({std::string{stream}, expected});
  return known->second;
}

session_decision decide_session(std::span<const append_decision> targets) {
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto verdict = targets[i].verdict;
    if (verdict == append_verdict::duplicate)
      ++repeated;
    else if (verdict != append_verdict::write)
      return {verdict, i};
  }
  if (repeated == 0)
    return {};
  if (repeated == targets.size())
    return {append_verdict::duplicate};
  auto first = std::ranges::find(targets, append_verdict::duplicate, &append_decision::verdict);
  return {append_verdict::wrong_version, static_cast<std::size_t>(first - targets.begin())};
}

std::optional<std::int64_t> violated(const state_check& check) {
  auto& stream = check.stream;
  bool fits = false;
  if (stream.tombstoned) {
    bool demanded = check.expected == tombstoned_state || check.expected == expected_state::no_stream_code;
    return demanded && !check.write ? std::nullopt : std::optional{tombstoned_state};
  }
  switch (check.expected) {
    case expected_state::any_code: fits = true; break;
    case expected_state::no_stream_code: fits = stream.last == no_revision || stream.soft_deleted; break;
    case expected_state::exists_code:
      if (stream.soft_deleted)
        return deleted_state;
      fits = stream.last != no_revision || stream.has_metadata;
      break;
    case deleted_state: fits = stream.soft_deleted; break;
    case tombstoned_state: break;
    default: fits = check.expected == stream.last;
  }
  return fits ? std::nullopt : std::optional{stream.last};
}

records_decision decide_records(std::span<const state_check> checks) {
  std::size_t written = 0, repeated = 0;
  for (auto& check : checks) {
    written += check.write ? 1 : 0;
    repeated += check.write && check.write->verdict == append_verdict::duplicate ? 1 : 0;
  }
  if (written > 0 && written == repeated)
    return {append_verdict::duplicate, {}};
  records_decision decision;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    auto& check = checks[i];
    auto actual = violated(check);
    // Some of the records are there already, others not.
    bool half_written = check.write && check.write->verdict != append_verdict::write;
    if (actual || half_written)
      decision.violations.push_back({i, actual.value_or(check.stream.last)});
  }
  if (!decision.violations.empty())
    decision.verdict = append_verdict::wrong_version;
  return decision;
}

expected_state write_expectation(std::int64_t expected) {
  bool known = expected >= 0 || expected == expected_state::no_stream_code || expected == expected_state::exists_code;
  return known ? expected_state{expected} : expected_state::any();
}

} // namespace kdb::inline v0::development
