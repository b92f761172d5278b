// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/wire.hpp"

namespace kdb::inline v0::development {
namespace {

// Returns the length of the UTF-8 sequence at `at`, or 0 if there is no valid one.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) { return byte(i) >= low && byte(i) <= high; };
  auto first = byte(at);
  if (first < 0x80)
    return 1;
  if (first >= 0xc2 && first <= 0xdf)
    return follows(at + 1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    auto low = first == 0xe0 ? 0xa0u : 0x80u, high = first == 0xed ? 0x9fu : 0xbfu;
    return follows(at + 1, low, high) && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    auto low = first == 0xf0 ? 0x90u : 0x80u, high = first == 0xf4 ? 0x8fu : 0xbfu;
    return follows(at + 1, low, high) && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

} // namespace

std::optional<uuid> read_uuid(const event_store::client::UUID& id) {
  if (id.has_string())
    return parse_uuid(id.string());
  if (!id.has_structured())
    return std::nullopt;
  return uuid{static_cast<std::uint64_t>(id.structured().most_significant_bits()),
              static_cast<std::uint64_t>(id.structured().least_significant_bits())};
}

std::string read_name(const event_store::client::StreamIdentifier& identifier) {
  std::string_view text = identifier.stream_name();
  std::string name;
  std::size_t good = 0; // where the bytes begin that are not in the name yet
  for (std::size_t at = 0; at < text.size();) {
    if (auto length = sequence_length(text, at)) {
      at += length;
      continue;
    }
    name.append(text, good, at - good).append("\xef\xbf\xbd");
    good = ++at;
  }
  return name.append(text, good);
}

bool valid_name(std::string_view name) {
  return !name.empty() && name != "$$";
}

} // namespace kdb::inline v0::development
