// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/quantity.hpp"

#include <array>
#include <cstdio>

namespace kdbctl {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[64];
  const auto length = std::snprintf(text, sizeof text, format, values...);
  return {text, static_cast<std::size_t>(length)};
}

} // namespace

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string counted(std::uint64_t number, std::string_view one) {
  return grouped(number) + " " + std::string{one} + (number == 1 ? "" : "s");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024)
    return std::to_string(bytes) + " B";
  auto amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // What would be rounded to 1024 is 1 of the next unit.
  for (; amount >= 1023.95 && unit + 1 < units.size(); ++unit)
    amount /= 1024;
  return formatted("%.1f %s", amount, units[unit]);
}

std::string duration_text(std::chrono::nanoseconds time) {
  const auto ns = static_cast<double>(time.count());
  if (ns < 999'500)
    return formatted("%.0f us", ns / 1e3);
  if (ns < 99.95e6)
    return formatted("%.2f ms", ns / 1e6);
  if (ns < 999.5e6)
    return formatted("%.0f ms", ns / 1e6);
  if (ns < 59.95e9)
    return formatted("%.1f s", ns / 1e9);
  const auto seconds = std::chrono::round<std::chrono::seconds>(time).count();
  if (seconds < 3600)
    return formatted("%ldm%02lds", static_cast<long>(seconds / 60), static_cast<long>(seconds % 60));
  return formatted("%ldh%02ldm", static_cast<long>(seconds / 3600), static_cast<long>(seconds / 60 % 60));
}

} // namespace kdbctl
