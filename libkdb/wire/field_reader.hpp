// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0::wire {

/// The wire types of protobuf that proto3 writes. Groups are older than the services we talk to and are refused.
enum class wire_type : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// A field's number and wire type as they stand in front of it.
constexpr std::uint32_t tag(std::uint32_t number, wire_type type) {
  return number << 3 | static_cast<std::uint32_t>(type);
}
constexpr std::uint32_t varint_tag(std::uint32_t number) {
  return tag(number, wire_type::varint);
}
constexpr std::uint32_t bytes_tag(std::uint32_t number) {
  return tag(number, wire_type::bytes);
}

/// Walks the fields of one serialised message in place:
///
///     for (field_reader in{message}; in.next();)
///       switch (in.tag()) {
///         case varint_tag(1): ... in.number() ...; break;
///         case bytes_tag(2): ... in.bytes() ...; break;
///         default: ...
///       }
///     if (in.broken()) ...
///
/// Accepts nothing that protobuf refuses; refuses groups and over-long numbers, which protobuf accepts and nobody writes.
class field_reader {
public:
  explicit field_reader(std::string_view message) : at_{message.data()}, end_{message.data() + message.size()} {}

  /// Goes to the next field. False at the end, and where the message is broken.
  bool next() {
    if (at_ == end_ || broken_)
      return false;
    std::uint64_t raw = 0;
    const char* begin = at_;
    // At most five bytes, and no field has the number zero.
    if (!varint(raw) || at_ - begin > 5 || raw > UINT32_MAX || raw < 8)
      return fail();
    tag_ = static_cast<std::uint32_t>(raw);
    switch (static_cast<wire_type>(tag_ & 7)) {
      case wire_type::varint: return varint(number_) || fail();
      case wire_type::bytes: return length_delimited() || fail();
      case wire_type::fixed64: return skip(8) || fail();
      case wire_type::fixed32: return skip(4) || fail();
    }
    return fail();
  }

  /// Number and wire type of the field, as `varint_tag` and `bytes_tag` make them.
  std::uint32_t tag() const { return tag_; }
  /// The number in front of the wire type.
  std::uint32_t field() const { return tag_ >> 3; }
  /// The value of a varint field.
  std::uint64_t number() const { return number_; }
  /// The value of a length-delimited field.
  std::string_view bytes() const { return bytes_; }
  bool broken() const { return broken_; }

private:
  bool fail() {
    broken_ = true;
    return false;
  }

  bool varint(std::uint64_t& value) {
    if (at_ != end_ && static_cast<signed char>(*at_) >= 0) [[likely]] {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    std::uint64_t sum = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      std::uint64_t byte = static_cast<unsigned char>(*at_++);
      if (shift == 63 && byte > 1)
        return false;
      sum |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        value = sum;
        return true;
      }
    }
    return false;
  }

  bool length_delimited() {
    const char* begin = at_;
    std::uint64_t length = 0;
    // Protobuf takes at most five bytes for a length.
    if (!varint(length) || at_ - begin > 5 || length > static_cast<std::uint64_t>(end_ - at_))
      return false;
    bytes_ = {at_, static_cast<std::size_t>(length)};
    at_ += length;
    return true;
  }

  bool skip(std::ptrdiff_t count) {
    if (end_ - at_ < count)
      return false;
    at_ += count;
    return true;
  }

  const char* at_;
  const char* end_;
  std::uint32_t tag_ = 0;
  bool broken_ = false;
  std::uint64_t number_ = 0;
  std::string_view bytes_;
};

/// True for the bytes of some message, whichever it is: of one that is there but carries nothing this is all there is to check.
inline bool is_message(std::string_view bytes) {
  field_reader in{bytes};
  while (in.next()) {}
  return !in.broken();
}

/// True for text that protobuf takes as the value of a `string` field. Quick for ASCII, which nearly all of it is.
inline bool is_string(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080u;
  const auto* at = text.data();
  auto left = text.size();
  std::uint64_t seen = 0;
  std::uint64_t some = 0;
  for (; left >= sizeof(some); at += sizeof(some), left -= sizeof(some)) {
    std::memcpy(&some, at, sizeof(some));
    seen |= some;
  }
  for (; left > 0; ++at, --left)
    seen |= static_cast<unsigned char>(*at);
  return (seen & high_bits) == 0 || is_utf8(text);
}

} // namespace kdb::inline v0::wire
