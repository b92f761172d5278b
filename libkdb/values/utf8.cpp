// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace kdb::inline v0 {
namespace {

/// Length of the sequence that begins with `lead`; 0 if none does.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead <= 0xDF)
    return 2;
  if (lead >= 0xE0 && lead <= 0xEF)
    return 3;
  if (lead >= 0xF0 && lead <= 0xF4)
    return 4;
  return 0;
}

/// Whether the second byte may follow the lead: this is where overlong forms, surrogates and too large numbers show.
bool second_fits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return second >= 0x80 && second <= 0xBF;
  }
}

/// What stands at the beginning of a text: a character, or as much of one as can be read.
struct character {
  std::size_t bytes;
  bool whole;
};

/// Of a text that is not empty.
character first_of(std::string_view text) {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto length = sequence_length(at(0));
  if (length <= 1)
    return {1, length == 1};
  if (text.size() < 2 || !second_fits(at(0), at(1)))
    return {1, false};
  for (std::size_t i = 2; i < length; ++i)
    if (i == text.size() || (at(i) & 0xC0) != 0x80)
      return {i, false};
  return {length, true};
}

/// How many bytes at the beginning are ASCII, as far as whole words of eight go: most texts are nothing else.
std::size_t ascii_bytes(std::string_view text) {
  std::size_t size = 0;
  for (std::uint64_t word; size + sizeof word <= text.size(); size += sizeof word) {
    std::memcpy(&word, text.data() + size, sizeof word);
    if (word & 0x8080808080808080)
      break;
  }
  return size;
}

constexpr std::string_view replacement = "\xEF\xBF\xBD";

} // namespace

std::optional<std::size_t> utf16_length(std::string_view text) {
  std::size_t units = ascii_bytes(text);
  text.remove_prefix(units);
  while (!text.empty()) {
    const auto next = first_of(text);
    if (!next.whole)
      return std::nullopt;
    units += next.bytes == 4 ? 2 : 1;
    text.remove_prefix(next.bytes);
  }
  return units;
}

std::string readable(std::string_view text, std::size_t most_bytes) {
  std::string clean;
  while (!text.empty()) {
    const auto next = first_of(text);
    const auto taken = next.whole ? text.substr(0, next.bytes) : replacement;
    if (clean.size() + taken.size() > most_bytes)
      break;
    clean += taken;
    text.remove_prefix(next.bytes);
  }
  return clean;
}

} // namespace kdb::inline v0
