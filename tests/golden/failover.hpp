// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/golden/generic_call.hpp"

namespace kdb::golden {

/// Names of nodes by port, to tell two runs of a cluster about the same.
using names_by_port = std::map<std::string, std::string>;

/// What came of a call, in a word or two: the kind of its first response; or its status with what a client decides by, nodes by name; or
/// `transport` where the server had no part in it. `answer` has a `response` or a `status`.
std::string outcome_of(const nlohmann::json& answer, const names_by_port& names);

/// The same for gossip: each member's name and state, `dead` for those that aren't alive.
std::map<std::string, std::string> members_of(const nlohmann::json& cluster_info, const names_by_port& names);

/// Each value once where it comes several times in a row.
std::vector<std::string> without_repeats(const std::vector<std::string>& values);

/// How the same call is made again and again.
struct probe {
  std::string method;
  std::vector<nlohmann::json> requests;
  metadata_list metadata;
  std::chrono::milliseconds every{20};
  std::chrono::milliseconds deadline{10'000}; ///< Of each call.
};

/// Calls a server at `target` until `stop`, on a new connection after one that failed; each call with new ids and whether or not the ones before have been answered. Returns the answers in the order of the calls, with
/// the first response of each, or its status when there was none. Counts in `begun` when the first answer has come.
std::vector<nlohmann::json> call_again_and_again(const std::string& target, const probe& wanted, const std::atomic<bool>& stop,
                                                 std::atomic<std::size_t>& begun);

} // namespace kdb::golden
