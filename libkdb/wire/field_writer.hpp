// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <kdb/uuid.hpp>

#include "libkdb/wire/field_reader.hpp"

namespace kdb::inline v0::wire {

constexpr std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// Size of a length-delimited field with a one-byte tag and so many bytes inside.
constexpr std::size_t bytes_field_size(std::size_t inside) {
  return 1 + varint_size(inside) + inside;
}

constexpr std::uint64_t upper_half(const uuid& id) {
  std::uint64_t half = 0;
  for (int i = 0; i < 8; ++i)
    half = half << 8 | id.data[i];
  return half;
}

constexpr std::uint64_t lower_half(const uuid& id) {
  std::uint64_t half = 0;
  for (int i = 8; i < 16; ++i)
    half = half << 8 | id.data[i];
  return half;
}

/// Size of a `UUID` in the structured form: the field inside, then the message.
constexpr std::size_t structured_size(const uuid& id) {
  return 2 + varint_size(upper_half(id)) + varint_size(lower_half(id));
}
constexpr std::size_t uuid_size(const uuid& id) {
  return bytes_field_size(structured_size(id));
}

/// Appends protobuf fields to a string that has room for them. Messages come with their sizes in front, so those must be known.
class field_writer {
public:
  /// Makes room for exactly that many bytes.
  explicit field_writer(std::size_t size) { out_.reserve(size); }

  void number(std::uint32_t field, std::uint64_t value) {
    varint(varint_tag(field));
    varint(value);
  }
  /// Begins a message of that size: its fields follow.
  void message(std::uint32_t field, std::size_t size) {
    varint(bytes_tag(field));
    varint(size);
  }
  void bytes(std::uint32_t field, std::string_view value) {
    message(field, value.size());
    out_.append(value);
  }
  void id(std::uint32_t field, const uuid& value) {
    message(field, uuid_size(value));
    message(1, structured_size(value));
    number(1, upper_half(value));
    number(2, lower_half(value));
  }

  std::string take() { return std::move(out_); }

private:
  void varint(std::uint64_t value) {
    char encoded[10];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7)
      encoded[size++] = static_cast<char>(value | 0x80);
    encoded[size++] = static_cast<char>(value);
    out_.append(encoded, size);
  }

  std::string out_;
};

} // namespace kdb::inline v0::wire
