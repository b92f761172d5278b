// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/golden/comparison.hpp"

namespace kdb::golden {

/// A decision to answer one place of one step otherwise than the recorded server.
struct allowed_difference {
  std::string transcript;
  /// Index of the step.
  std::size_t step = 0;
  /// The value that differs, such as `status` or `responses[0].methods`.
  std::string path;
  /// The answer that is demanded in place of the recorded one; `null` demands that there is none.
  nlohmann::json instead;
  /// Demands instead that a list holds nothing but elements of the recorded list, in its order.
  bool subset = false;
  /// Demands instead that there is a value, whichever.
  bool any = false;
  std::string reason;
};

/// Reads a list from a JSON file. Throws `std::runtime_error` that names the entry which lacks something.
std::vector<allowed_difference> load_allowed_differences(const std::filesystem::path& file);

/// The same from JSON that is already there.
std::vector<allowed_difference> parse_allowed_differences(const nlohmann::json& content);

/// What is demanded where a difference is allowed: `expected` with the decision in place of the recorded value.
answer with_difference(answer expected, const answer& got, const allowed_difference& allowed);

/// Takes what may be any value out of both, so that nothing is learnt from it about positions and ids either.
void disregard(const allowed_difference& allowed, answer& expected, answer& got);

/// True if the recorded answer did not fit at the place of this decision, so that the decision was needed.
bool was_needed(const allowed_difference& allowed, const std::vector<mismatch>& against_recording);

} // namespace kdb::golden
