// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>

#include <kdb/result.hpp>

namespace kdb::inline v0::detail {

/// The error of an object that was moved from. Its use is a programming error: debug builds stop there.
inline unexpected moved_from(const char* kind) {
  assert(!"an object was used that had been moved from");
  return unexpected{errc::closed, std::string{"this "} + kind + " was moved from: another object has taken its place"};
}

} // namespace kdb::inline v0::detail
