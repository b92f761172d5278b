// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tests/chaos/ledger.hpp"

namespace kdb::chaos {

struct round_options {
  std::uint64_t seed = 0;
  std::chrono::milliseconds faults_for{15'000};
  std::string only{}; ///< The one kind of fault, if there is to be just one.
  bool verbose = false;
};

/// One cluster of three, faults for a while, then everything is judged, closed and gone. Prints a line about it.
void run_round(const round_options& how, ledger& book);

} // namespace kdb::chaos
