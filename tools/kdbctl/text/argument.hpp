// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/position.hpp>
#include <kdb/result.hpp>
#include <kdb/stream_state.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// Values of arguments, from their text. Errors are `invalid_argument`, and their message says what is accepted.
namespace kdbctl {

kdb::unexpected not_accepted(std::string_view text, std::string accepted);

/// "any", "no-stream", "exists", or the number of the last event.
kdb::result<kdb::stream_state> parse_expected(std::string_view text);
/// "start", "end", or the number of an event.
kdb::result<kdb::stream_position> parse_stream_position(std::string_view text);
/// "start", "end", or "COMMIT/PREPARE"; a single number stands for both.
kdb::result<kdb::all_position> parse_all_position(std::string_view text);
/// "250ms", "3s", "1.5s", "1m30s", "2h", "7d"; a number alone is in seconds.
kdb::result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "NAME=VALUE"; the last '=' separates them, so that names of streams may have some.
kdb::result<std::pair<std::string, std::string>> parse_pair(std::string_view text, std::string accepted);

template <class Number>
kdb::result<Number> parse_number(std::string_view text, std::string accepted = "a number") {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size() || text.empty())
    return not_accepted(text, std::move(accepted));
  return number;
}

} // namespace kdbctl
