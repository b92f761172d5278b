// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace kdb::inline v0::policy {

/// How long to wait until credentials that are good for `left` from now on should be replaced: a quarter of that is kept for it, but no
/// more than five minutes. Zero if they have expired.
std::chrono::milliseconds renewal_delay(std::chrono::milliseconds left);

} // namespace kdb::inline v0::policy
