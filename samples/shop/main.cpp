// SPDX-License-Identifier: Apache-2.0

// shop [URI]: an event-sourced shop in one process: orders, a report of sales, and shipping, which are stopped while they work.

#include "order_service.hpp"
#include "sales_report.hpp"
#include "shipping.hpp"

#include <caf/scoped_actor.hpp>

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <kdb/devnode.hpp>

using namespace std::chrono_literals;

namespace {

constexpr int customers = 60;

struct shop_parts {
  kdb::client_actor db;
  shop::category orders;
  std::shared_ptr<kdb::checkpoint_store> store;
  std::filesystem::path file;
};

/// Returns whether the command was carried out.
template <class Command>
bool done(caf::scoped_actor& self, const shop::order_service_actor& service, Command command) {
  auto accepted = false;
  kdb::any_caf::request(self, service, 30s, std::move(command)).receive([&] { accepted = true; }, [](const caf::error&) {});
  return accepted;
}

/// Two cashiers take the money for the same order at the same moment. Returns how many of them succeeded.
int pay_twice(caf::scoped_actor& self, const shop::order_service_actor& one, const shop::order_service_actor& other,
              const shop::pay_order& command) {
  auto taken = 0;
  auto first = kdb::any_caf::request(self, one, 30s, command);
  auto second = kdb::any_caf::request(self, other, 30s, command);
  std::move(first).receive([&] { ++taken; }, [](const caf::error&) {});
  std::move(second).receive([&] { ++taken; }, [](const caf::error&) {});
  return taken;
}

/// Whether each order was shipped exactly once. Waits for those that are not shipped yet.
bool shipped_once(caf::scoped_actor& self, const shop_parts& parts) {
  for (auto id = 0; id < customers; ++id) {
    auto shipped = 0;
    while (shipped == 0)
      kdb::any_caf::request(self, parts.db, 10s, kdb::read_stream_to_end{parts.orders + std::to_string(id)})
        .receive(
          [&](const kdb::event_list& history) {
            for (const auto& event : history)
              shipped += event.type() == "order-shipped";
          },
          [&](const caf::error&) { shipped = -1; });
    if (shipped != 1)
      return false;
  }
  return true;
}

/// The report, when it has all orders or has failed.
shop::sales reported(caf::scoped_actor& self, const caf::actor& report) {
  shop::sales rows;
  auto runs = true;
  while (runs && rows.paid_orders() < customers)
    kdb::any_caf::request(self, report, 10s, shop::get_sales{})
      .receive([&](const shop::sales& now) { rows = now; }, [&](const caf::error&) { runs = false; });
  return rows;
}

// docs: run
int run(caf::actor_system& system, const shop_parts& parts) {
  caf::scoped_actor self{system};
  const auto one = self->spawn(shop::order_service, parts.db, parts.orders);
  const auto other = self->spawn(shop::order_service, parts.db, parts.orders);
  const auto start_report = [&] {
    auto started = self->spawn(shop::sales_report, parts.db, parts.orders, parts.store, parts.file);
    self->monitor(started);
    return started;
  };
  const auto start_shipping = [&] {
    auto started = self->spawn(shop::shipping, parts.db, one, parts.orders, parts.store);
    self->monitor(started);
    return started;
  };
  const auto end = [&](std::vector<caf::actor> monitored, caf::exit_reason reason) {
    for (const auto& each : monitored)
      self->send_exit(each, reason);
    for (std::size_t each = 0; each < monitored.size(); ++each)
      self->receive([](const caf::down_msg&) {});
  };
  auto report = start_report();
  auto shipping = start_shipping();

  auto as_expected = true;
  for (auto id = 0; id < customers; ++id) {
    const auto number = std::to_string(id);
    as_expected &= done(self, one, shop::place_order{number, 1000 + id});
    as_expected &= pay_twice(self, one, other, {number, 1000 + id}) == 1; // The second one is refused: the order is paid already.
    if (id % 20 == 10) { // They are killed in the middle of their work, and started again.
      end({report, shipping}, caf::exit_reason::kill);
      report = start_report();
      shipping = start_shipping();
    }
  }
  as_expected &= shipped_once(self, parts);
  const auto rows = reported(self, report);
  std::cout << rows.paid_orders() << " orders, " << rows.revenue() << " cents, each shipped once\n";
  as_expected &= rows.revenue() == customers * 1000 + customers * (customers - 1) / 2;
  end({report, shipping}, caf::exit_reason::user_shutdown);
  for (const auto& service : {one, other})
    self->send_exit(service, caf::exit_reason::user_shutdown);
  return as_expected ? 0 : 1;
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  kdb::init_caf<kdb_block::shop_orders, kdb_block::shop_report>();
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  kdb::owned_system owned;
  auto db = settings.and_then([&](const kdb::settings& all) { return kdb::spawn_client(owned.system(), all); });
  if (!db) {
    std::cerr << to_string(db.error()) << "\n";
    return 1;
  }
  const auto run_id = kdb::to_string(kdb::random_uuid()).substr(0, 8);
  const auto folder = std::filesystem::temp_directory_path() / ("kdb-shop-" + run_id);
  std::filesystem::create_directories(folder);
  const auto status =
    run(owned.system(), {*db, "order" + run_id + "-", kdb::file_checkpoint_store(folder), folder / "sales.txt"});
  caf::scoped_actor self{owned.system()};
  kdb::any_caf::request(self, *db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  std::filesystem::remove_all(folder);
  return status;
}
