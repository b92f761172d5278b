// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/bench/growth_table.hpp"
#include "tests/bench/plan.hpp"

namespace kdb::bench {

/// What is measured as something grows.
struct growth_group {
  std::string name; // of its table
  std::string about;
  std::function<growth_table(const run_settings&)> run;
};

const std::vector<growth_group>& growth_groups();

} // namespace kdb::bench
