// SPDX-License-Identifier: Apache-2.0

// manage_indexes [URI]: a user-defined index from creation to deletion, and reads through it. The server must have secondary indexes.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

// docs: create
/// Creates the index, unless it is there already.
kdb::result<void> index_orders(kdb::client& db, const std::string& name) {
  return db.create_index(name, {.filter = "rec => rec.schema.name == 'order-placed'",
                                .fields = {{"country", "rec => rec.value.country"},
                                           {"items", "rec => rec.value.items", kdb::index_field_type::int32}}});
}
// docs: end

/// An index is eventually consistent: what was just appended may not be in it yet, and a subscription waits for it.
kdb::result<void> wait_for_order(kdb::client& db, const kdb::event_filter& filter) {
  using namespace std::chrono_literals;
  auto orders = db.subscribe_to_all({.filter = filter});
  if (!orders)
    return kdb::unexpected{orders.error()};
  for (;;) { // A batch without an event says how far the server has looked.
    auto batch = orders->next(10s);
    if (!batch)
      return kdb::unexpected{batch.error()};
    if (batch->empty())
      return kdb::unexpected{kdb::errc::deadline_exceeded, "the index does not have the order"};
    for (const auto& event : batch->events()) {
      std::cout << event.stream() << " " << event.data() << "\n";
      return {};
    }
  }
}

int manage(kdb::client& db, const std::string& name) {
  for (const auto* data : {R"({"country":"DE","items":2})", R"({"country":"FR","items":1})"})
    if (auto done = db.append_to_stream(name, kdb::stream_state::any, {kdb::new_event::json("order-placed", data)}); !done)
      return report(done.error());
  if (auto made = index_orders(db, name); !made)
    return report(made.error());
  // docs: read
  auto german = kdb::event_filter::user_index(name, {{"country", "DE"}, {"items", "2"}});
  auto orders = db.read_all({.filter = german, .limit = 100});
  // docs: end
  if (auto end = orders.finish(); !end)
    return report(end.error());
  if (auto found = wait_for_order(db, german); !found)
    return report(found.error());
  // docs: manage
  auto all = db.list_indexes();
  if (all)
    for (const auto& each : *all)
      std::cout << each.name << " " << to_string(each.state) << "\n";
  auto stopped = db.stop_index(name);
  auto gone = db.delete_index(name);
  // docs: end
  if (!all)
    return report(all.error());
  for (const auto* done : {&stopped, &gone})
    if (!*done)
      return report(done->error());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto db = kdb::client::connect(argc > 1 ? argv[1] : node.emplace().connection_string());
  return db ? manage(*db, "orders-" + kdb::to_string(kdb::random_uuid())) : report(db.error());
}
