// SPDX-License-Identifier: Apache-2.0

// What the store does with metadata of streams: what they hide, and what brings a stream back.

#include "devnode/store/store.hpp"

namespace kdb::inline v0::development {

void store::write_metadata(std::string_view of, std::string_view data, std::int64_t created) {
  auto& metastream = open("$$" + std::string{of});
  write(metastream, {.id = random_uuid(), .type = "$metadata", .json = true, .data = data, .custom_metadata = {}}, created);
  apply_metadata(metastream);
}

void store::apply_metadata(stream& metastream) {
  auto& last = log_[metastream.events.back()];
  auto& described = open(std::string_view{metastream.name}.substr(2));
  described.has_metadata = true;
  ++access_changes_;
  note_change(described);
  // A metastream has rules of its own that no document changes.
  if (!is_metastream(described.name))
    described.metadata = parse_metadata(last.data(), last.json);
  note_hidden(metastream);
  note_hidden(described);
}

void store::undelete(std::string_view name, std::int64_t first, std::int64_t created) {
  auto metastream = find("$$" + std::string{name});
  if (!metastream || metastream->events.empty())
    return;
  // The view stays good: events don't move, and write_metadata only adds one.
  auto raw = log_[metastream->events.back()].data();
  if (auto data = with_truncate_before(raw, first))
    write_metadata(name, *data, created);
}

// What is written to a soft-deleted stream, or by a client to its metadata, brings it back without its old events.
void store::undelete_after(stream& written, bool was_deleted, std::int64_t last_before, std::int64_t created) {
  if (!is_metastream(written.name)) {
    if (was_deleted)
      undelete(written.name, last_before + 1, created);
    if (written.has_metadata)
      note_hidden(written);
    return;
  }
  auto name = std::string_view{written.name}.substr(2);
  auto described = facts(name);
  apply_metadata(written);
  if (described.soft_deleted && !facts(name).soft_deleted)
    undelete(name, described.last + 1, created);
}

} // namespace kdb::inline v0::development
