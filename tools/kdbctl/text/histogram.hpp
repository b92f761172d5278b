// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kdbctl {

/// Counts times in buckets that are about 3 % wide, so that any number of them takes the same memory.
class histogram {
public:
  void add(std::chrono::nanoseconds time);
  void add(const histogram& other);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds least() const { return least_; }
  std::chrono::nanoseconds greatest() const { return greatest_; }
  std::chrono::nanoseconds mean() const;
  /// The time that this part of all stays within, 0 to 1; exact to the width of a bucket.
  std::chrono::nanoseconds percentile(double part) const;
  /// How many took longer than `above` and at most `until`.
  std::uint64_t between(std::chrono::nanoseconds above, std::chrono::nanoseconds until) const;

private:
  static constexpr std::size_t steps = 32; ///< Of each power of two.
  static std::size_t bucket_of(std::chrono::nanoseconds time);
  static std::chrono::nanoseconds upper_end(std::size_t bucket);

  std::array<std::uint64_t, steps * 60> buckets_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::chrono::nanoseconds least_{};
  std::chrono::nanoseconds greatest_{};
};

/// Percentiles, and a bar for each power of two that occurred.
std::string draw(const histogram& times);

} // namespace kdbctl
