// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace kdb::inline v0 {

/// The pause after so many failures in a row (at least 1), somewhere between its bounds by chance. See `policy::backoff_delay`.
std::chrono::milliseconds random_pause(unsigned failures);

/// A random number in [0, 1).
double random_draw();

} // namespace kdb::inline v0
