// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/progress_line.hpp"

#include "tools/kdbctl/text/encoding.hpp"
#include "tools/kdbctl/text/quantity.hpp"

#include <algorithm>

namespace kdbctl {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>{time}.count();
}

} // namespace

std::optional<std::chrono::nanoseconds> time_left(const progress_state& now) {
  if (now.total == 0 || now.done == 0 || now.done > now.total)
    return std::nullopt;
  const auto whole = static_cast<double>(now.elapsed.count()) * static_cast<double>(now.total) / static_cast<double>(now.done);
  return std::chrono::nanoseconds{static_cast<std::int64_t>(whole)} - now.elapsed;
}

std::string progress_line(const progress_state& now, std::size_t width) {
  constexpr std::size_t bar = 20;
  std::string line{now.name};
  if (now.total > 0) {
    const auto part = std::min(1.0, static_cast<double>(now.done) / static_cast<double>(now.total));
    const auto filled = static_cast<std::size_t>(part * bar);
    line += " [" + std::string(filled, '#') + std::string(bar - filled, ' ') + "] " +
            std::to_string(static_cast<int>(part * 100)) + "%";
  }
  line += "  " + counted(now.events, "event");
  if (const auto time = seconds(now.elapsed); time > 0)
    line += "  " + grouped(static_cast<std::uint64_t>(static_cast<double>(now.events) / time)) + "/s";
  if (const auto left = time_left(now))
    line += "  " + duration_text(*left) + " left";
  return shortened(line, width);
}

} // namespace kdbctl
