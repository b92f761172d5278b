// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/hostile/corpus.hpp"
#include "tests/hostile/findings.hpp"
#include "tests/hostile/watch.hpp"

namespace kdb::hostile {

/// Hostile clients use a node for that long, while a good client works: it has to be answered in time, and the node to stop in time.
void run_node_round(const corpus& recorded, std::uint64_t seed, const round_options& how, watch& watching, findings& book);

} // namespace kdb::hostile
