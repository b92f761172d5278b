// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "tests/golden/allowed_differences.hpp"
#include "tests/golden/comparison.hpp"
#include "tests/golden/generic_call.hpp"
#include "tests/golden/transcript.hpp"

namespace kdb::golden {

/// How to replay.
struct replay_options {
  /// `user:password` for every call that is not anonymous; empty sends none.
  std::string credentials{};
  /// How long a call may take.
  std::chrono::milliseconds call_patience{20'000};
  /// How long to wait where the recorded server left a call hanging.
  std::chrono::milliseconds hanging_patience{3'000};
  /// How long each response of an open call may take.
  std::chrono::milliseconds take_patience{10'000};
  /// How long to watch where the recorded server stayed silent.
  std::chrono::milliseconds silence{1'000};
};

/// A step whose answer is not the one that is demanded.
struct step_failure {
  std::size_t step = 0;
  /// The call, or the kind of step and the open call's name.
  std::string what;
  std::vector<mismatch> mismatches;
};

/// Outcome of one transcript.
struct replay_report {
  std::string transcript;
  std::vector<step_failure> failures;
  /// Differences that were allowed for this transcript and not needed: the table is out of date.
  std::vector<allowed_difference> unused;

  bool passed() const { return failures.empty() && unused.empty(); }
};

/// Replays a transcript step by step and compares every answer. Goes on after a failed step.
replay_report replay(const transcript& script, connection& server, const std::vector<allowed_difference>& allowed,
                     const replay_options& options = {});

/// The same with a server for each node that the transcript names, such as `leader`, and their ports.
struct cluster_node {
  connection server;
  std::string port;
};
replay_report replay(const transcript& script, std::map<std::string, cluster_node>& nodes,
                     const std::vector<allowed_difference>& allowed, const replay_options& options = {});

/// Prints the failures of a report for people.
std::ostream& operator<<(std::ostream& out, const replay_report& report);

} // namespace kdb::golden
