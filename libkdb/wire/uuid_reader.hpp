// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <kdb/uuid.hpp>

#include "libkdb/wire/field_reader.hpp"

namespace kdb::inline v0::wire {

/// Reads `event_store.client.UUID` in either of its forms. Several messages for one field are read one after the other, as
/// protobuf merges them.
class uuid_reader {
public:
  /// False if the message is broken.
  bool read(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      switch (in.tag()) {
        case bytes_tag(1):
          if (form_ != form::structured)
            most_ = least_ = 0;
          form_ = form::structured;
          if (!read_structured(in.bytes()))
            return false;
          break;
        case bytes_tag(2):
          form_ = form::text;
          text_ = in.bytes();
          if (!is_string(text_))
            return false;
          break;
        default:
          if (in.field() <= 2)
            return false;
      }
    }
    return !in.broken();
  }

  /// False if there was no id, or text that is none.
  bool get(uuid& id) const {
    switch (form_) {
      case form::none: return false;
      case form::structured:
        store(id.data, most_);
        store(id.data + 8, least_);
        return true;
      case form::text: break;
    }
    auto parsed = parse_uuid(text_);
    if (parsed)
      id = *parsed;
    return parsed.has_value();
  }

private:
  enum class form : std::uint8_t { none, structured, text };

  bool read_structured(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      switch (in.tag()) {
        case varint_tag(1): most_ = in.number(); break;
        case varint_tag(2): least_ = in.number(); break;
        default:
          if (in.field() <= 2)
            return false;
      }
    }
    return !in.broken();
  }

  static void store(std::uint8_t* to, std::uint64_t half) {
    for (int i = 7; i >= 0; --i, half >>= 8)
      to[i] = static_cast<std::uint8_t>(half);
  }

  form form_ = form::none;
  std::uint64_t most_ = 0;
  std::uint64_t least_ = 0;
  std::string_view text_{};
};

} // namespace kdb::inline v0::wire
