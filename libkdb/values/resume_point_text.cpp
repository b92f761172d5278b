// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/resume_point_text.hpp"

#include <charconv>

namespace kdb::inline v0 {

namespace {

constexpr std::string_view revision_word = "revision ";
constexpr std::string_view position_word = "position ";

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto* last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number);
  return failed == std::errc{} && end == last ? std::optional{number} : std::nullopt;
}

} // namespace

std::string to_text(const resume_point& point) {
  if (const auto* revision = std::get_if<stream_revision>(&point))
    return std::string{revision_word} + std::to_string(revision->value);
  return std::string{position_word} + to_string(std::get<log_position>(point));
}

std::optional<resume_point> parse_resume_point(std::string_view text) {
  if (text.starts_with(revision_word)) {
    const auto number = parse_number(text.substr(revision_word.size()));
    return number ? std::optional<resume_point>{stream_revision{*number}} : std::nullopt;
  }
  if (!text.starts_with(position_word))
    return std::nullopt;
  text.remove_prefix(position_word.size());
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return std::nullopt;
  const auto commit = parse_number(text.substr(0, slash)), prepare = parse_number(text.substr(slash + 1));
  return commit && prepare ? std::optional<resume_point>{log_position{*commit, *prepare}} : std::nullopt;
}

} // namespace kdb::inline v0
