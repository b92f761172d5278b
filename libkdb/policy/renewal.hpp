// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace kdb::inline v0::policy {

/// How long to wait before replacing credentials that expire after `left`: until a quarter of that time is left, but no more than
/// five minutes of it. Zero if they have expired.
std::chrono::milliseconds renewal_delay(std::chrono::milliseconds left);

} // namespace kdb::inline v0::policy
