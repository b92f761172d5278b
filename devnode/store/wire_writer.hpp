// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kdb::inline v0::development {

/// Bytes that a varint takes.
constexpr std::size_t varint_size(std::uint64_t value) {
  return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

/// Bytes of a length-delimited field with a one-byte tag.
constexpr std::size_t field_size(std::size_t payload) {
  return 1 + varint_size(payload) + payload;
}

/// Writes protobuf fields into a buffer that is known to be large enough. For the messages that are written once an event:
/// all others go through the generated classes.
class wire_writer {
public:
  explicit wire_writer(std::uint8_t* out) : out_{out} {}

  std::uint8_t* position() const { return out_; }

  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      *out_++ = static_cast<std::uint8_t>(value | 0x80);
      value >>= 7;
    }
    *out_++ = static_cast<std::uint8_t>(value);
  }

  void number(int field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3);
    varint(value);
  }

  /// Starts a length-delimited field; its payload follows.
  void open(int field, std::size_t payload) {
    varint(static_cast<std::uint64_t>(field) << 3 | 2);
    varint(payload);
  }

  void raw(std::string_view bytes) {
    if (bytes.empty())
      return;
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }

  void bytes(int field, std::string_view value) {
    open(field, value.size());
    raw(value);
  }

private:
  std::uint8_t* out_;
};

} // namespace kdb::inline v0::development
