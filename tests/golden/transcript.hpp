// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace kdb::golden {

/// Headers of a call, in order.
using metadata_list = std::vector<std::pair<std::string, std::string>>;

/// What is sent at the start of a call, and as whom.
struct call_start {
  std::string method;
  /// Which node of a cluster is called, such as `follower`; empty without a cluster.
  std::string node{};
  std::vector<nlohmann::json> requests{};
  metadata_list metadata{};
  /// Sends no credentials beyond those in `metadata`.
  bool anonymous = false;
};

/// What a step must lead to: `{"responses": [...], "status": {...}, "timed_out": true}`, the latter two where they apply.
using answer = nlohmann::json;

/// One whole call.
struct call_step {
  call_start start;
  answer expected;
  /// Name to path in the responses, such as `0.success.position.commit_position`.
  std::map<std::string, std::string> save;
};

/// Starts a call that stays open under a name.
struct open_step {
  std::string name;
  call_start start;
};

/// Writes on an open call.
struct send_step {
  std::string name;
  nlohmann::json request;
};

/// Waits for `count` more responses of an open call; a status in `expected` means that it ended before.
struct take_step {
  std::string name;
  std::size_t count = 0;
  answer expected;
};

/// Waits for the end of an open call.
struct end_step {
  std::string name;
  answer expected;
};

/// Cancels an open call.
struct cancel_step {
  std::string name;
};

/// Pauses.
struct sleep_step {
  std::chrono::milliseconds duration{};
};

using step = std::variant<call_step, open_step, send_step, take_step, end_step, cancel_step, sleep_step>;

/// What a real server answered to one scenario.
struct transcript {
  std::string name;
  std::string about;
  /// The recorded port of each node of a cluster.
  std::map<std::string, std::string> ports{};
  std::vector<step> steps{};
};

/// Reads a transcript; its name is the file's without extension. Throws `std::runtime_error` that names the file and the step.
transcript load_transcript(const std::filesystem::path& file);

/// The same from JSON that is already there.
transcript parse_transcript(std::string name, const nlohmann::json& content);

} // namespace kdb::golden
