// SPDX-License-Identifier: Apache-2.0

// manage_streams [URI]: metadata of a stream, the system settings, and deleting.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

// docs: metadata
/// Keeps at most a hundred events, for a day. Does not change the other metadata.
kdb::result<kdb::append_result> keep_short(kdb::client& db, const std::string& stream) {
  auto found = db.get_stream_metadata(stream);
  if (!found)
    return kdb::unexpected(found.error());
  auto metadata = found->metadata;
  metadata.max_count = 100;
  metadata.max_age = 24h;
  metadata.custom["owner"] = R"("shipping")"; // JSON text.
  const auto expected = found->revision ? kdb::stream_state{*found->revision} : kdb::stream_state::no_stream;
  return db.set_stream_metadata(stream, expected, metadata);
}
// docs: end

int manage(kdb::client& db, const std::string& stream) {
  auto done = db.append_to_stream(stream, kdb::stream_state::no_stream, {kdb::new_event::json("opened", "{}")});
  if (auto kept = keep_short(db, stream); !kept || !done)
    return report(!kept ? kept.error() : done.error());
  // docs: delete
  auto gone = db.delete_stream(stream, *done->revision); // Only if nobody else has written.
  if (!gone)
    return report(gone.error());
  auto last = db.get_current_version(stream); // No value: the stream is not found.
  auto again = db.append_to_stream(stream, kdb::stream_state::no_stream, {kdb::new_event::json("reopened", "{}")}); // Revision 1.
  auto for_ever = db.tombstone_stream(stream, kdb::stream_state::exists);
  // docs: end
  if (!last || *last || !again || !for_ever)
    return report({.message = "it is not as it should be"});
  std::cout << to_string(*again) << ", then " << to_string(*for_ever) << "\n";
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  auto db = kdb::client::connect(uri);
  return db ? manage(*db, "manage-" + kdb::to_string(kdb::random_uuid())) : report(db.error());
}
