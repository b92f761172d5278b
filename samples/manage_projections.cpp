// SPDX-License-Identifier: Apache-2.0

// manage_projections [URI]: a projection from creation to deletion. The server must run projections.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

// docs: create
/// Counts the orders of each customer, and prints why the server can't run the query, if so.
kdb::result<void> count_orders(kdb::client& db, const std::string& name) {
  constexpr const char* query = R"(
    fromCategory('order').partitionBy(event => event.data.customer).when({
      $init: () => ({ orders: 0 }),
      'order-placed': state => { state.orders++; }
    }))";
  auto made = db.create_projection(name, query);
  if (!made && made.error().code == kdb::errc::projection_exists)
    made = db.update_projection(name, query);
  if (!made)
    return made;
  auto seen = db.get_projection_statistics(name);
  if (seen && seen->status.starts_with("Faulted")) // The server accepts a query that does not compile.
    std::cerr << name << ": " << seen->state_reason << "\n";
  return {};
}
// docs: end

int manage(kdb::client& db, const std::string& name) {
  if (auto made = count_orders(db, name); !made)
    return report(made.error());
  // docs: use
  auto all = db.list_projections(kdb::projection_mode::continuous);
  if (all)
    for (const auto& each : *all)
      std::cout << each.name << " " << each.status << ", " << each.progress << " %, at " << each.position << "\n";
  auto orders = db.get_projection_state(name, {.partition = "jane"});
  if (orders)
    std::cout << *orders << "\n"; // {"orders":7}
  auto stopped = db.disable_projection(name);
  auto gone = db.delete_projection(name, {.delete_state_stream = true, .delete_checkpoint_stream = true});
  // docs: end
  if (!all)
    return report(all.error());
  if (!orders)
    return report(orders.error());
  for (const auto* done : {&stopped, &gone})
    if (!*done)
      return report(done->error());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto db =
    kdb::client::connect(argc > 1 ? argv[1] : node.emplace(kdb::devnode_options{.projections = true}).connection_string());
  return db ? manage(*db, "orders-" + kdb::to_string(kdb::random_uuid())) : report(db.error());
}
