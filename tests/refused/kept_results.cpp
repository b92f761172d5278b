// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>

// What the other programs should have done.
kdb::result<std::size_t> shop(const kdb::client& db) {
  auto done = db.append_to_stream("orders", kdb::stream_state::any, {kdb::new_event::json("order-placed", "{}")});
  if (!done)
    return kdb::unexpected{done.error()};
  std::size_t found = 0;
  auto orders = db.read_stream("orders");
  for (const auto& event : orders.events())
    found += event.data().size();
  return orders.finish().transform([&] { return found; });
}
