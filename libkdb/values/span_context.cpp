// SPDX-License-Identifier: Apache-2.0
#include <kdb/span_context.hpp>

#include <algorithm>
#include <cstddef>

#include "libkdb/values/hex.hpp"

namespace kdb::inline v0 {

namespace {

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& id) {
  if (text.starts_with("0x")) // As the Python client writes it.
    text.remove_prefix(2);
  if (text.size() != 2 * N)
    return false;
  for (std::size_t i = 0; i < N; ++i) {
    const auto high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    id[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

template <std::size_t N>
std::string to_hex(const std::array<std::uint8_t, N>& id) {
  std::string text;
  text.reserve(2 * N);
  append_hex(text, id);
  return text;
}

template <std::size_t N>
bool is_zero(const std::array<std::uint8_t, N>& id) {
  return std::ranges::all_of(id, [](std::uint8_t each) { return each == 0; });
}

} // namespace

bool span_context::is_valid() const {
  return !is_zero(trace_id) && !is_zero(span_id);
}

std::optional<span_context> parse_span_context(std::string_view trace_id, std::string_view span_id) {
  span_context read;
  if (!read_hex(trace_id, read.trace_id) || !read_hex(span_id, read.span_id) || !read.is_valid())
    return std::nullopt;
  return read;
}

std::string trace_id_of(const span_context& context) {
  return to_hex(context.trace_id);
}

std::string span_id_of(const span_context& context) {
  return to_hex(context.span_id);
}

} // namespace kdb::inline v0
