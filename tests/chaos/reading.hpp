// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <kdb/client.hpp>

#include "tests/chaos/ledger.hpp"

namespace kdb::chaos {

/// Reads streams and $all, forwards, backwards and in part, until it is told to stop. What a reading delivers has to be in order.
void read_on(client db, const std::vector<std::string>& streams, ledger& book, std::uint64_t seed, const std::atomic<bool>& stop);

/// Makes clients, lets each begin all kinds of operations, and closes it soon: everything has to end, once, and in time.
void come_and_go(const settings& how, const std::vector<std::string>& streams, ledger& book, std::uint64_t seed,
                 const std::atomic<bool>& stop);

} // namespace kdb::chaos
