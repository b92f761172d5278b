// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/golden/correspondence.hpp"
#include "tests/golden/transcript.hpp"

namespace kdb::golden {

/// One place where an answer differs from the recorded one.
struct mismatch {
  /// Such as `responses[0].event.event.metadata.type` or `status.message`.
  std::string path;
  /// As JSON, shortened; `nothing` where a value is absent. `expected` may be followed by what was allowed instead.
  std::string expected;
  std::string got;
};

/// Compares an answer with the recorded one. Positions and generated ids fit if `seen` says so; times, ports and statistics
/// only have to be of the right form; everything else is literal. Returns the differences in order of the path's fields.
std::vector<mismatch> compare(const answer& expected, const answer& got, correspondence& seen);

} // namespace kdb::golden
