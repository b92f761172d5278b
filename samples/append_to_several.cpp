// SPDX-License-Identifier: Apache-2.0

// append_to_several [URI]: atomic appends to several streams, with consistency checks; and a long list in parts.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

int several(kdb::client& db, const std::string& id) {
  // docs: several
  const auto order = "order-" + id, stock = "stock-" + id;
  auto done = db.append_to_streams({
    {.stream = order,
     .records = {{.schema_name = "OrderPlaced", .data = R"({"sku": 7})"}},
     .expected = kdb::stream_state::no_stream},
    {.stream = stock, .records = {{.schema_name = "Reserved", .data = R"({"sku": 7})", .properties = {{"priority", 3}}}}},
  });
  if (!done)
    return report(done.error()); // Nothing is written to either stream.
  // docs: end
  // docs: checks
  using state = kdb::consistency_check::state;
  auto checked = db.append_records({{order, {.schema_name = "Shipped"}}, {stock, {.schema_name = "Taken"}}},
                                   {{.stream = order, .expected = state::at_revision, .revision = {0}},
                                    {.stream = "stock-locked-" + id, .expected = state::no_stream}});
  if (!checked) {
    if (const auto* failed = checked.error().get<kdb::violations>())
      for (const auto& each : failed->all)
        std::cerr << "check " << each.check << ": " << each.stream << " is at " << each.actual << "\n";
    return report(checked.error());
  }
  // docs: end
  // docs: parts
  std::vector<kdb::new_event> imported(5000, kdb::new_event::json("imported", "{}"));
  for (auto& event : imported)
    event.id = kdb::random_uuid();
  auto parts = db.append_in_parts("import-" + id, kdb::stream_state::no_stream, imported, {.part_bytes = 64 << 10});
  if (!parts.complete()) // Only the first `parts.events` events are written.
    return report(*parts.stopped);
  // docs: end
  std::cout << to_string(done->position) << ", " << to_string(checked->position) << ", " << to_string(parts) << "\n";
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  auto db = kdb::client::connect(uri);
  return db ? several(*db, kdb::to_string(kdb::random_uuid())) : report(db.error());
}
