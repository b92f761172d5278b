// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Quantities for people.
namespace kdbctl {

/// "1,234,567"
std::string grouped(std::uint64_t number);
/// "1 event", "1,234 events"
std::string counted(std::uint64_t number, std::string_view one);
/// "512 B", "1.5 KiB", "3.2 MiB"
std::string bytes_text(std::uint64_t bytes);
/// "850 us", "1.25 ms", "3.4 s", "2m05s", "1h02m"
std::string duration_text(std::chrono::nanoseconds time);

} // namespace kdbctl
