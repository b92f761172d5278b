// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/message_memory.hpp"
#include "devnode/store/uuid.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

namespace kdb::inline v0::development {

struct stream;

/// The type of an event whose data names another one.
inline constexpr std::string_view link_type = "$>";

/// The revision of the tombstone of a stream.
inline constexpr std::int64_t tombstone_revision = std::numeric_limits<std::int64_t>::max();

/// An event as a writer proposes it. Views are the caller's.
struct proposed_event {
  uuid id;
  std::string_view type;
  bool json = false;
  std::string_view data;
  std::string_view custom_metadata;
};

/// An event of the log, kept as it goes over the wire: `message` is the ReadResp of streams.proto that most readers get, with the id in its
/// structured form. It ends with the event's `body`: what others get too, behind a head of their own.
struct stored_event {
  uuid id;
  std::uint64_t position = 0;
  std::int64_t revision = 0;
  std::int64_t created = 0; ///< In 100 ns since 1970.
  const stream* owner = nullptr;
  shared_bytes message;
  std::uint32_t record_size = 0; ///< Bytes of the body that belong to RecordedEvent.
  std::uint32_t data_size = 0;
  std::uint32_t custom_size = 0;
  std::uint32_t type_offset = 0; ///< In the body.
  std::uint32_t type_size = 0;
  std::uint8_t head_size = 0; ///< Bytes of the message before the body.
  bool json = false;

  /// Nobody can read it any more, and its bytes have been given back.
  bool dropped() const { return message.size() == 0; }

  /// The serialised RecordedEvent but for its id, and behind it the field of ReadEvent that follows an event without a link.
  std::string_view body() const {
    if (dropped())
      return {};
    return {reinterpret_cast<const char*>(message.begin()) + head_size, message.size() - head_size};
  }

  std::string_view type() const { return text(type_offset, type_size); }
  std::string_view data() const { return text(record_size - data_size, data_size); }
  std::string_view custom_metadata() const;
  bool link() const { return type() == link_type; }

  /// Position behind its record in the log.
  std::uint64_t record_end() const;

private:
  std::string_view text(std::size_t offset, std::size_t size) const {
    return dropped() ? std::string_view{} : std::string_view{body().data() + offset, size};
  }
};

/// Where and when an event is written.
struct event_place {
  const stream* owner = nullptr;
  std::int64_t revision = 0;
  std::uint64_t position = 0;
  std::int64_t created = 0;
};

/// Serialises `event` for its place.
stored_event make_stored(const proposed_event& event, const event_place& place, message_memory& memory);

/// Gives an event whose other members are there its message, by its body.
void restore_message(stored_event& event, std::string_view body, message_memory& memory);

// -- ids in messages -----------------------------------------------------------------------------------------------

/// Bytes of a UUID of shared.proto in its structured form.
std::size_t structured_id_size(const uuid& id);
void write_structured_id(class wire_writer& out, const uuid& id);

} // namespace kdb::inline v0::development
