// SPDX-License-Identifier: Apache-2.0

// append_and_read [URI]: a program without actors appends some events and reads the stream back, newest first.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

int append_and_read(const std::string& uri, const std::string& stream) {
  // docs: blocking
  auto db = kdb::client::connect(uri);
  if (!db)
    return report(db.error());
  auto done = db->append_to_stream(stream, kdb::stream_state::any, {kdb::new_event::json("order-placed", R"({"sku": 7})")});
  if (!done)
    return report(done.error());
  auto orders = db->read_stream(stream, {.direction = kdb::backwards, .limit = 10});
  for (const auto& event : orders.events())
    std::cout << event.revision().value << " " << event.type() << " " << event.data() << "\n";
  if (auto end = orders.finish(); !end)
    return report(end.error());
  // docs: end
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  return append_and_read(uri, "orders-" + kdb::to_string(kdb::random_uuid()));
}
