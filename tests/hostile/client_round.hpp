// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/hostile/corpus.hpp"
#include "tests/hostile/findings.hpp"
#include "tests/hostile/watch.hpp"

namespace kdb::hostile {

/// Clients of all kinds use hostile servers for that long, and close. Every operation has to end within its deadline, with a value or
/// with an error that is not `internal`.
void run_client_round(const corpus& recorded, std::uint64_t seed, const round_options& how, watch& watching, findings& book);

} // namespace kdb::hostile
