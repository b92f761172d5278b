// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/event.hpp"

#include "devnode/store/stream.hpp"
#include "devnode/store/wire_writer.hpp"

#include <charconv>

namespace kdb::inline v0::development {
namespace {

// Field numbers of event_store.client.streams.ReadResp, its ReadEvent and RecordedEvent, and of UUID.
enum recorded_event {
  record_id = 1,
  stream_identifier,
  stream_revision,
  prepare_position,
  commit_position,
  metadata,
  custom,
  data
};
constexpr int stream_name = 3;
constexpr int content_event = 1;
constexpr int read_event = 1;
constexpr int read_event_commit_position = 3;
constexpr int structured = 1;

std::size_t entry_size(std::string_view key, std::string_view value) {
  return field_size(key.size()) + field_size(value.size());
}

void write_entry(wire_writer& out, std::string_view key, std::string_view value) {
  out.open(metadata, entry_size(key, value));
  out.bytes(1, key);
  out.bytes(2, value);
}

std::size_t optional_field_size(std::string_view value) {
  return value.empty() ? 0 : field_size(value.size());
}

// Gives the event a message for a body of this size, with everything before the body, and returns where the body is to be written.
std::uint8_t* begin_message(stored_event& event, std::size_t body_size, message_memory& memory) {
  auto id_size = structured_id_size(event.id);
  auto record_size = field_size(id_size) + event.record_size;
  auto size = field_size(record_size) + body_size - event.record_size;
  event.message = memory.allocate(field_size(size));
  auto begin = const_cast<std::uint8_t*>(event.message.begin()); // nobody else has seen it yet
  wire_writer out{begin};
  out.open(content_event, size);
  out.open(read_event, record_size);
  out.open(record_id, id_size);
  write_structured_id(out, event.id);
  event.head_size = static_cast<std::uint8_t>(out.position() - begin);
  return out.position();
}

} // namespace

std::size_t structured_id_size(const uuid& id) {
  return field_size(2 + varint_size(id.high) + varint_size(id.low));
}

void write_structured_id(wire_writer& out, const uuid& id) {
  out.open(structured, 2 + varint_size(id.high) + varint_size(id.low));
  out.number(1, id.high);
  out.number(2, id.low);
}

void restore_message(stored_event& event, std::string_view body, message_memory& memory) {
  wire_writer{begin_message(event, body.size(), memory)}.raw(body);
}

// It stands before the field of the data, which is the last one.
std::string_view stored_event::custom_metadata() const {
  auto behind = data_size == 0 ? 0 : field_size(data_size);
  return text(record_size - behind - custom_size, custom_size);
}

// What a server's record takes beside these is more or less as much.
std::uint64_t stored_event::record_end() const {
  return position + 80 + owner->name.size() + type_size + data_size + custom_size;
}

stored_event make_stored(const proposed_event& event, const event_place& place, message_memory& memory) {
  char ticks[24];
  auto ticks_end = std::to_chars(ticks, ticks + sizeof ticks, place.created).ptr;
  std::string_view created{ticks, static_cast<std::size_t>(ticks_end - ticks)};
  std::string_view content = event.json ? "application/json" : "application/octet-stream";
  std::string_view name = place.owner->name;
  auto revision = static_cast<std::uint64_t>(place.revision);

  auto size = field_size(field_size(name.size())) + 2 * (1 + varint_size(place.position)) +
              field_size(entry_size("type", event.type)) + field_size(entry_size("content-type", content)) +
              field_size(entry_size("created", created)) + optional_field_size(event.custom_metadata) +
              optional_field_size(event.data);
  if (revision != 0)
    size += 1 + varint_size(revision);

  stored_event stored;
  stored.id = event.id;
  stored.position = place.position;
  stored.revision = place.revision;
  stored.created = place.created;
  stored.owner = place.owner;
  stored.record_size = static_cast<std::uint32_t>(size);
  stored.custom_size = static_cast<std::uint32_t>(event.custom_metadata.size());
  stored.data_size = static_cast<std::uint32_t>(event.data.size());
  stored.type_size = static_cast<std::uint32_t>(event.type.size());
  stored.json = event.json;
  auto begin = begin_message(stored, size + 1 + varint_size(place.position), memory);
  wire_writer out{begin};
  out.open(stream_identifier, field_size(name.size()));
  out.bytes(stream_name, name);
  if (revision != 0)
    out.number(stream_revision, revision);
  out.number(prepare_position, place.position);
  out.number(commit_position, place.position);
  write_entry(out, "type", event.type);
  stored.type_offset = static_cast<std::uint32_t>(out.position() - begin - static_cast<std::ptrdiff_t>(event.type.size()));
  write_entry(out, "content-type", content);
  write_entry(out, "created", created);
  if (!event.custom_metadata.empty())
    out.bytes(custom, event.custom_metadata);
  if (!event.data.empty())
    out.bytes(data, event.data);
  out.number(read_event_commit_position, place.position);
  return stored;
}

} // namespace kdb::inline v0::development
