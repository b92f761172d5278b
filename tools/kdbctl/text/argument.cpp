// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/argument.hpp"

#include "tools/kdbctl/text/encoding.hpp"

#include <array>

namespace kdbctl {
namespace {

struct unit {
  std::string_view name;
  double milliseconds;
};

constexpr std::array units{unit{"ms", 1}, unit{"s", 1000}, unit{"m", 60'000}, unit{"h", 3'600'000}, unit{"d", 86'400'000}};
constexpr double longest_duration = 9e15;

const unit* unit_called(std::string_view name) {
  for (const auto& one : units)
    if (one.name == name)
      return &one;
  return nullptr;
}

} // namespace

kdb::unexpected not_accepted(std::string_view text, std::string accepted) {
  return kdb::unexpected{{.code = kdb::errc::invalid_argument,
                          .message = "'" + printable(text) + "' is not accepted; write " + accepted,
                          .detail = kdb::bad_argument{std::string{text}, std::move(accepted)}}};
}

kdb::result<kdb::stream_state> parse_expected(std::string_view text) {
  if (text == "any")
    return kdb::stream_state::any;
  if (text == "no-stream")
    return kdb::stream_state::no_stream;
  if (text == "exists")
    return kdb::stream_state::exists;
  const std::string accepted = "any, no-stream, exists, or the number of the last event";
  const auto number = parse_number<std::int64_t>(text, accepted);
  if (!number || *number < 0)
    return not_accepted(text, accepted);
  return kdb::stream_state::revision(static_cast<std::uint64_t>(*number));
}

kdb::result<kdb::stream_position> parse_stream_position(std::string_view text) {
  if (text == "start")
    return kdb::stream_start;
  if (text == "end")
    return kdb::stream_end;
  const std::string accepted = "start, end, or the number of an event";
  const auto number = parse_number<std::int64_t>(text, accepted);
  if (!number || *number < 0)
    return not_accepted(text, accepted);
  return kdb::stream_position{kdb::stream_revision{static_cast<std::uint64_t>(*number)}};
}

kdb::result<kdb::all_position> parse_all_position(std::string_view text) {
  if (text == "start")
    return kdb::all_start;
  if (text == "end")
    return kdb::all_end;
  const std::string accepted = "start, end, or a position COMMIT/PREPARE";
  const auto slash = text.find('/');
  const auto commit = parse_number<std::uint64_t>(text.substr(0, slash), accepted);
  const auto prepare = slash == text.npos ? commit : parse_number<std::uint64_t>(text.substr(slash + 1), accepted);
  if (!commit || !prepare)
    return not_accepted(text, accepted);
  return kdb::all_position{kdb::log_position{*commit, *prepare}};
}

kdb::result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::string accepted = "a time such as 250ms, 3s, 1.5s, 1m30s, 2h or 7d";
  double total = 0;
  auto rest = text;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (failed != std::errc{} || number < 0)
      return not_accepted(text, accepted);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto letters = rest.substr(0, std::min(rest.find_first_of("0123456789."), rest.size()));
    // A number alone is in seconds, but only alone.
    const auto* one = letters.empty() && end == text.data() + text.size() && text.find_first_not_of("0123456789.") == text.npos
                        ? unit_called("s")
                        : unit_called(letters);
    if (!one)
      return not_accepted(text, accepted);
    total += number * one->milliseconds;
    rest.remove_prefix(letters.size());
  }
  if (text.empty() || !(total < longest_duration))
    return not_accepted(text, accepted);
  return std::chrono::milliseconds{static_cast<std::int64_t>(total + 0.5)};
}

kdb::result<std::pair<std::string, std::string>> parse_pair(std::string_view text, std::string accepted) {
  const auto equals = text.rfind('=');
  if (equals == text.npos || equals == 0)
    return not_accepted(text, std::move(accepted));
  return std::pair{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

} // namespace kdbctl
