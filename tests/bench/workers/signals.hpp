// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/settings.hpp>

namespace kdb::bench {

/// Gives a client a tracer and a meter that cost as little as such can: ids that count up, and sums.
void add_signals(settings& how);

} // namespace kdb::bench
