// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kdbctl {

/// How far something long has come.
struct progress_state {
  std::string_view name;
  std::uint64_t events = 0;
  /// Done and in all, in any unit; 0 if nobody knows how much there is.
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::chrono::nanoseconds elapsed{};
};

/// The time left at the pace so far; nothing if nobody knows.
std::optional<std::chrono::nanoseconds> time_left(const progress_state& now);

/// One line that fits into `width` columns: a bar if the end is known, events, rate, time left.
std::string progress_line(const progress_state& now, std::size_t width);

} // namespace kdbctl
