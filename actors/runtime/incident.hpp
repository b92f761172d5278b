// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include <kdb/log.hpp>

namespace kdb::inline v0 {

/// Something that fails for a while. The log has a line when it begins and one when it is over; the failures between them have the level debug.
class incident {
public:
  /// It begins, or goes on with another failure. Returns the level of the line about this failure.
  log_level failed(log_level first) { return failures_++ == 0 ? first : log_level::debug; }

  unsigned failures() const { return failures_; }

  /// It is over. Returns the number of its failures, 0 if there was no incident.
  unsigned over() { return std::exchange(failures_, 0u); }

private:
  unsigned failures_ = 0;
};

/// " after N failed attempts"; nothing for 0.
inline std::string after_failed_attempts(unsigned count) {
  return count == 0 ? "" : " after " + std::to_string(count) + (count == 1 ? " failed attempt" : " failed attempts");
}

} // namespace kdb::inline v0
