// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/endian/conversion.hpp>

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

inline std::uint64_t upper_half(const uuid& id) {
  return boost::endian::load_big_u64(id.data);
}

inline std::uint64_t lower_half(const uuid& id) {
  return boost::endian::load_big_u64(id.data + 8);
}

/// Size of a `UUID` in the structured form: the field inside, then the message.
inline std::size_t structured_size(const uuid& id) {
  return 2 + varint_size(upper_half(id)) + varint_size(lower_half(id));
}
inline std::size_t uuid_size(const uuid& id) {
  return bytes_field_size(structured_size(id));
}

/// Writes protobuf fields into a string. Messages come with their sizes in front, so those must be known.
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
    if (value.size() > held_.size() - used_)
      flush();
    if (value.size() > held_.size()) {
      out_.append(value);
      return;
    }
    used_ += value.copy(held_.data() + used_, value.size());
  }
  void id(std::uint32_t field, const uuid& value) {
    message(field, uuid_size(value));
    message(1, structured_size(value));
    number(1, upper_half(value));
    number(2, lower_half(value));
  }

  std::string take() {
    flush();
    return std::move(out_);
  }

private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      byte(static_cast<char>(value | 0x80));
    byte(static_cast<char>(value));
  }
  void byte(char value) {
    if (used_ == held_.size())
      flush();
    held_[used_++] = value;
  }
  void flush() {
    out_.append(held_.data(), used_);
    used_ = 0;
  }

  std::string out_;
  // Small fields are collected here first: an append has some thirty, and a call of std::string for each would be a third of its encoding.
  std::array<char, 128> held_;
  std::size_t used_ = 0;
};

} // namespace kdb::inline v0::wire
