// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/uuid.hpp"

#include <random>

namespace kdb::inline v0::development {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool dash_before(int digits) {
  return digits == 8 || digits == 12 || digits == 16 || digits == 20;
}

} // namespace

std::optional<uuid> parse_uuid(std::string_view text) {
  if (text.size() == 38) {
    bool braces = text.front() == '{' && text.back() == '}';
    bool parentheses = text.front() == '(' && text.back() == ')';
    if (!braces && !parentheses)
      return std::nullopt;
    text = text.substr(1, 36);
  }
  bool dashes = text.size() == 36;
  if (!dashes && text.size() != 32)
    return std::nullopt;
  uuid id;
  std::size_t at = 0;
  for (int digits = 0; digits < 32; ++digits) {
    if (dashes && dash_before(digits) && text[at++] != '-')
      return std::nullopt;
    int value = digit(text[at++]);
    if (value < 0)
      return std::nullopt;
    auto& half = digits < 16 ? id.high : id.low;
    half = half << 4 | static_cast<std::uint64_t>(value);
  }
  return id;
}

void write_text(const uuid& id, char* out) {
  static constexpr char hex[] = "0123456789abcdef";
  for (int digits = 0; digits < 32; ++digits) {
    if (dash_before(digits))
      *out++ = '-';
    auto half = digits < 16 ? id.high : id.low;
    *out++ = hex[half >> (60 - 4 * (digits % 16)) & 15];
  }
}

std::string to_string(const uuid& id) {
  std::string text(36, '-');
  write_text(id, text.data());
  return text;
}

uuid random_uuid() {
  static thread_local std::mt19937_64 source{std::random_device{}()};
  uuid id{source(), source()};
  id.high = (id.high & ~0xf000ULL) | 0x4000ULL;
  id.low = (id.low & ~(3ULL << 62)) | 1ULL << 63;
  return id;
}

} // namespace kdb::inline v0::development
