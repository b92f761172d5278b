// SPDX-License-Identifier: Apache-2.0

#include "sales_report.hpp"

#include <chrono>
#include <fstream>
#include <utility>

using namespace std::chrono_literals;

namespace shop {

int sales::paid_orders() const {
  int count = 0;
  for (const auto& [id, each] : orders)
    count += each.status == order_status::paid || each.status == order_status::shipped;
  return count;
}

int sales::revenue() const {
  int sum = 0;
  for (const auto& [id, each] : orders)
    sum += each.status == order_status::paid || each.status == order_status::shipped ? each.total : 0;
  return sum;
}

void save(const sales& rows, const std::filesystem::path& file) {
  const auto fresh = file.string() + ".new";
  {
    std::ofstream out{fresh};
    for (const auto& [id, each] : rows.orders)
      out << id << ' ' << static_cast<int>(each.status) << ' ' << each.total << '\n';
  }
  std::filesystem::rename(fresh, file); // Either the old rows are there or the new ones.
}

sales load_sales(const std::filesystem::path& file) {
  sales rows;
  std::ifstream in{file};
  std::string id;
  for (int status = 0, total = 0; in >> id >> status >> total;)
    rows.orders[id] = {static_cast<order_status>(status), total};
  return rows;
}

// docs: report
caf::behavior sales_report(caf::stateful_actor<report_state>* self, kdb::client_actor db, category orders,
                           std::shared_ptr<kdb::checkpoint_store> store, std::filesystem::path file) {
  auto& state = kdb::any_caf::state_of(self);
  state.rows = load_sales(file);
  state.place = std::make_unique<kdb::checkpointer>(*store, "sales-report", kdb::followed::all);
  const auto from = state.place->resume();
  if (!from) {
    self->quit(kdb::to_caf(from.error()));
    return {};
  }
  kdb::subscribe_to_all follow{.subscriber = self, .options = {.filter = kdb::event_filter::stream_prefixes({orders})}};
  if (*from)
    follow.options.from = std::get<kdb::log_position>(**from);
  kdb::any_caf::request(self, db, 10s, std::move(follow))
    .then([](const kdb::subscription_actor&) {}, [=](const caf::error& error) { self->quit(error); });
  return {
    [=, &state](const kdb::event_batch& batch) -> caf::result<void> {
      for (const auto& event : batch.events()) {
        auto& row = state.rows.orders[std::string{event.stream().substr(orders.size())}];
        row = apply(row, event.type(), event.data());
      }
      save(state.rows, file); // First the rows, then the place: no event is left out.
      const auto stored = state.place->handled(batch).and_then([&] { return state.place->flush(); });
      if (!stored)
        return kdb::to_caf(stored.error()); // Ends the subscription.
      return caf::unit;                     // Asks for the next batch.
    },
    [=, keep = store](const kdb::subscription_ended& end) { self->quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{}); },
    [&state](const get_sales&) { return state.rows; },
  };
}
// docs: end

} // namespace shop
