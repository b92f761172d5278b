// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/histogram.hpp"

#include "tools/kdbctl/text/quantity.hpp"

#include <algorithm>
#include <bit>

namespace kdbctl {

std::size_t histogram::bucket_of(std::chrono::nanoseconds time) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count()));
  if (ns < steps)
    return ns;
  // The position of the highest bit, and the five bits below it.
  const auto power = static_cast<std::size_t>(std::bit_width(ns)) - 1;
  const auto step = (ns >> (power - 5)) - steps;
  return std::min(steps * (power - 4) + step, steps * 60 - 1);
}

std::chrono::nanoseconds histogram::upper_end(std::size_t bucket) {
  if (bucket < steps)
    return std::chrono::nanoseconds{bucket};
  const auto power = bucket / steps + 4;
  const auto step = bucket % steps;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(((steps + step + 1) << (power - 5)) - 1)};
}

void histogram::add(std::chrono::nanoseconds time) {
  ++buckets_[bucket_of(time)];
  least_ = count_ == 0 ? time : std::min(least_, time);
  greatest_ = std::max(greatest_, time);
  sum_ += static_cast<double>(time.count());
  ++count_;
}

void histogram::add(const histogram& other) {
  if (other.count_ == 0)
    return;
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    buckets_[i] += other.buckets_[i];
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
  sum_ += other.sum_;
  count_ += other.count_;
}

std::chrono::nanoseconds histogram::mean() const {
  return std::chrono::nanoseconds{count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / static_cast<double>(count_))};
}

std::chrono::nanoseconds histogram::percentile(double part) const {
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(part * static_cast<double>(count_) + 0.5));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted)
      return std::clamp(upper_end(i), least_, greatest_);
  }
  return greatest_;
}

std::uint64_t histogram::between(std::chrono::nanoseconds above, std::chrono::nanoseconds until) const {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    if (upper_end(i) > above && upper_end(i) <= until)
      found += buckets_[i];
  return found;
}

std::string draw(const histogram& times) {
  constexpr std::uint64_t longest_bar = 40;
  if (times.count() == 0)
    return "no times\n";
  std::string text = "mean " + duration_text(times.mean()) + "   p50 " + duration_text(times.percentile(0.5)) + "   p90 " +
                     duration_text(times.percentile(0.9)) + "   p99 " + duration_text(times.percentile(0.99)) + "   p99.9 " +
                     duration_text(times.percentile(0.999)) + "   max " + duration_text(times.greatest()) + "\n";
  std::uint64_t most = 0;
  const auto row = [](int power) { return std::chrono::nanoseconds{(std::int64_t{1} << power) - 1}; };
  for (int power = 10; power < 62; ++power)
    most = std::max(most, times.between(row(power - 1), row(power)));
  for (int power = 10; power < 62; ++power) {
    const auto found = times.between(power == 10 ? std::chrono::nanoseconds{-1} : row(power - 1), row(power));
    if (found == 0)
      continue;
    const auto until = duration_text(row(power));
    text += "  up to " + std::string(until.size() < 8 ? 8 - until.size() : 0, ' ') + until + "  ";
    text += std::string(std::max<std::uint64_t>(1, found * longest_bar / std::max<std::uint64_t>(1, most)), '#') + " " +
            grouped(found) + "\n";
  }
  return text;
}

} // namespace kdbctl
