// SPDX-License-Identifier: Apache-2.0

// filters [URI]: reads $all by event type, by stream name, and through the secondary index of a category.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

int print(kdb::reading all) {
  for (const auto& event : all.events())
    std::cout << event.stream() << " " << event.revision().value << " " << event.type() << "\n";
  auto end = all.finish();
  return end ? 0 : report(end.error());
}

int filters(const std::string& uri, const std::string& shop) {
  auto db = kdb::client::connect(uri);
  if (!db)
    return report(db.error());
  for (const auto* order : {"1", "2"})
    if (auto done = db->append_to_stream(shop + "-" + order, kdb::stream_state::no_stream,
                                         {kdb::new_event::json("order-placed", "{}"), kdb::new_event::json("order-paid", "{}")});
        !done)
      return report(done.error());
  // docs: filters
  using kdb::event_filter;
  auto by_type = db->read_all({.filter = event_filter::include_types({"order-paid", "order-returned"})});
  auto by_stream =
    db->read_all({.direction = kdb::backwards, .filter = event_filter::stream_prefixes({shop + "-"}), .limit = 10});
  auto no_system = db->read_all({.filter = event_filter::exclude_system_events()});
  // docs: end
  // An index is eventually consistent: the events above may be in it only a moment later.
  // docs: index
  auto by_category = db->read_all({.filter = event_filter::category_index(shop), .limit = 100});
  // docs: end
  return print(std::move(by_type)) + print(std::move(by_stream)) + print(std::move(no_system)) + print(std::move(by_category));
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  const auto id = kdb::to_string(kdb::random_uuid());
  return filters(uri, "shop" + id.substr(0, 8));
}
