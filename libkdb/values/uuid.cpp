// SPDX-License-Identifier: Apache-2.0
#include <kdb/uuid.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include <unistd.h>

#include "libkdb/values/forks.hpp"
#include "libkdb/values/hex.hpp"

namespace kdb::inline v0 {
namespace {

/// A generator for one thread, seeded by the system: asking the system for every id would be most of the cost.
class id_source {
public:
  id_source() { seed(); }

  std::array<std::uint64_t, 2> next() {
    // A child of fork() has its parent's memory: without this it would hand out the same ids.
    if (process_generation() != generation_)
      seed();
    return {generator_(), generator_()};
  }

private:
  void seed() {
    generation_ = process_generation();
    std::array<std::uint32_t, 8> words;
    if (::getentropy(words.data(), sizeof(words)) != 0) { // A sandbox that forbids the call.
      std::random_device device;
      for (auto& word : words)
        word = device();
    }
    std::seed_seq seeds(words.begin(), words.end());
    generator_.seed(seeds);
  }

  std::mt19937_64 generator_;
  unsigned generation_ = 0;
};

constexpr bool hyphen_before_byte(std::size_t i) {
  return i == 4 || i == 6 || i == 8 || i == 10;
}

} // namespace

uuid random_uuid() {
  thread_local id_source source;
  const auto bits = source.next();
  uuid id;
  static_assert(sizeof(bits) == sizeof(id.data));
  std::memcpy(id.data, bits.data(), sizeof(id.data));
  id.data[6] = static_cast<std::uint8_t>((id.data[6] & 0x0F) | 0x40); // version 4
  id.data[8] = static_cast<std::uint8_t>((id.data[8] & 0x3F) | 0x80); // variant of RFC 4122
  return id;
}

result<uuid> parse_uuid(std::string_view text) {
  auto refused = [] {
    return unexpected(error{.code = errc::invalid_argument,
                            .message = "not a UUID; write 32 hexadecimal digits as 8-4-4-4-12",
                            .detail = bad_argument{"uuid", "32 hexadecimal digits as 8-4-4-4-12"}});
  };
  if (text.size() != 36)
    return refused();
  uuid id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (hyphen_before_byte(i) && text[at++] != '-')
      return refused();
    auto high = hex_value(text[at++]), low = hex_value(text[at++]);
    if (high < 0 || low < 0)
      return refused();
    id.data[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

std::string to_string(const uuid& id) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (hyphen_before_byte(i))
      text += '-';
    append_hex(text, id.begin()[i]);
  }
  return text;
}

} // namespace kdb::inline v0
