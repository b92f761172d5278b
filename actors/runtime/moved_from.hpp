// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>

#include <kdb/result.hpp>

namespace kdb::inline v0::detail {

/// What an object answers that was moved from. Using one is a mistake of the program: debug builds stop at it.
inline unexpected moved_from(const char* kind) {
  assert(!"an object was used that had been moved from");
  return unexpected{errc::closed, std::string{"this "} + kind + " was moved from: another object has taken its place"};
}

} // namespace kdb::inline v0::detail
