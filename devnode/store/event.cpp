// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/event.hpp"

#include "devnode/store/stream.hpp"
#include "devnode/store/wire_writer.hpp"

#include <charconv>

namespace kdb::inline v0::development {
namespace {

// Field numbers of event_store.client.streams.ReadResp.ReadEvent and its RecordedEvent.
enum recorded_event { stream_identifier = 2, stream_revision, prepare_position, commit_position, metadata, custom, data };
constexpr int stream_name = 3;
constexpr int read_event_commit_position = 3;

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

} // namespace

// It stands before the field of the data, which is the last one.
std::string_view stored_event::custom_metadata() const {
  auto behind = data_size == 0 ? 0 : field_size(data_size);
  return text(record_size - behind - custom_size, custom_size);
}

// What a server's record takes beside these is more or less as much.
std::uint64_t stored_event::record_end() const {
  return position + 80 + owner->name.size() + type_size + data_size + custom_size;
}

stored_event make_stored(const proposed_event& event, const event_place& place) {
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
  stored.body = shared_bytes{size + 1 + varint_size(place.position)};
  auto begin = const_cast<std::uint8_t*>(stored.body.begin()); // ours alone until it is returned
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
  return stored;
}

} // namespace kdb::inline v0::development
