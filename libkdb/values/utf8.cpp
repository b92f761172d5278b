#include "values/utf8.hpp"

#include <cstdint>

namespace kdb {
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

} // namespace

std::optional<std::size_t> utf16_length(std::string_view text) {
  auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto length = sequence_length(at(i));
    if (length == 0 || length > text.size() - i)
      return std::nullopt;
    if (length > 1 && !second_fits(at(i), at(i + 1)))
      return std::nullopt;
    for (std::size_t k = 2; k < length; ++k)
      if ((at(i + k) & 0xC0) != 0x80)
        return std::nullopt;
    units += length == 4 ? 2 : 1;
    i += length;
  }
  return units;
}

} // namespace kdb
