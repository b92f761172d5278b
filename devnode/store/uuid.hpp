// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// An event, correlation or instance id: the canonical text read big-endian, as the wire's structured form has it.
struct uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool nil() const { return high == 0 && low == 0; }
  friend bool operator==(const uuid&, const uuid&) = default;
};

/// Parses `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, also without dashes and inside `{}` or `()`, as the server does.
std::optional<uuid> parse_uuid(std::string_view text);

/// Writes the 36 characters of the canonical lower-case text to `out`.
void write_text(const uuid& id, char* out);

std::string to_string(const uuid& id);

/// Returns a random (version 4) id. Not for secrets.
uuid random_uuid();

} // namespace kdb::inline v0::development

template <>
struct std::hash<kdb::development::uuid> {
  // Ids are mostly random already; the multiplication spreads those that are counters.
  std::size_t operator()(const kdb::development::uuid& id) const noexcept {
    return static_cast<std::size_t>((id.high ^ (id.low * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL);
  }
};
