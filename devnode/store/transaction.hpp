// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/append_decision.hpp"
#include "devnode/store/event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kdb::inline v0::development {

/// Events for several streams that are written together or not at all, in the order of `entries`.
struct transaction {
  struct target {
    std::string stream;
    expected_state expected;
  };
  struct entry {
    std::size_t target = 0; ///< Index in `targets`.
    proposed_event event;
  };

  std::vector<target> targets; ///< Every stream once.
  std::vector<entry> entries;

  /// Returns the index of `stream`, which is added if it is new. Names that differ in nothing but case are one stream, the first.
  std::size_t add_target(std::string_view stream, expected_state expected = expected_state::any());

  std::unordered_map<std::string, std::size_t> target_of{}; ///< By folded name. `add_target` looks after it.
};

/// A stream name as the v2 services compare it: without regard to case.
std::string folded_name(std::string_view name);

// -- a session: the first stream that fails is what the client hears of -------------------------------------------

struct session_decision {
  append_verdict verdict = append_verdict::write;
  std::size_t target = 0; ///< The one that failed.

  friend bool operator==(const session_decision&, const session_decision&) = default;
};

/// Decides on streams that were decided on one by one: all new, or all repeated, or none. Pure.
session_decision decide_session(std::span<const append_decision> targets);

// -- records with consistency checks: all violations are told -----------------------------------------------------

/// States of a stream that a check may demand beside those of an append. They are also how actual states are told.
inline constexpr std::int64_t deleted_state = -5;
inline constexpr std::int64_t tombstoned_state = -6;

/// What a check demands of a stream: a revision, or no stream, exists, deleted, tombstoned, or any where there is no check.
struct state_check {
  std::int64_t expected = expected_state::any_code;
  stream_facts stream;
  std::optional<append_decision> write; ///< Of a stream that is written too.
};

/// Returns the actual state if it is not what is demanded. Pure.
std::optional<std::int64_t> violated(const state_check& check);

struct records_decision {
  struct violation {
    std::size_t check = 0; ///< Index in what was checked.
    std::int64_t actual = 0;

    friend bool operator==(const violation&, const violation&) = default;
  };

  append_verdict verdict = append_verdict::write; ///< `write`, `duplicate` or `wrong_version`.
  std::vector<violation> violations;

  friend bool operator==(const records_decision&, const records_decision&) = default;
};

/// Decides on all checks together; streams that are written without a check are among them, with "any". Records that are all there
/// already are a repetition, whatever the checks say by now. Pure.
records_decision decide_records(std::span<const state_check> checks);

/// The expectation with which a stream is written for which `expected` was demanded: what an append can't demand is any.
expected_state write_expectation(std::int64_t expected);

} // namespace kdb::inline v0::development
