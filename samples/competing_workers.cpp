// SPDX-License-Identifier: Apache-2.0

// competing_workers [URI]: three workers share the events of a group; events of one order are processed one after the other.

#include <kdb/competing_workers.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: worker
caf::behavior worker(caf::event_based_actor*, caf::actor tally) {
  return {
    [=](const kdb::work_item& item) { // One event. The next one arrives after the answer.
      const auto known = item.event().type() == "order-placed";
      kdb::any_caf::anon_send(tally, known);
      return known ? kdb::outcome::ack() : kdb::outcome::nack(kdb::nack_action::park, "unknown type");
    },
  };
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  auto owned = kdb::owned_system{};
  auto db = settings.and_then([&](auto& parsed) { return kdb::spawn_client(owned.system(), parsed); });
  if (!db)
    return 1;
  const auto stream = "orders-" + kdb::to_string(kdb::random_uuid());
  caf::scoped_actor self{owned.system()};
  int status = 0;
  const auto failed = [&](const caf::error& error) {
    std::cerr << kdb::to_string(kdb::error::from(error)) << "\n";
    status = 1;
  };
  kdb::any_caf::request(self, *db, 5s, kdb::create_group{stream, "shipping"}).receive([] {}, failed);
  for (auto type : {"order-placed", "order-placed", "gibberish", "order-placed"})
    kdb::any_caf::send(self, *db, kdb::append_to_stream{.stream = stream, .events = {kdb::new_event::json(type, "{}")}});
  // docs: pool
  kdb::competing_workers_plan plan{.group = {stream, "shipping"}};
  plan.make_worker = [tally = caf::actor{self}](caf::actor_system& in) { return in.spawn(worker, tally); };
  plan.options.workers = 3;
  plan.options.key = kdb::key_by_correlation; // The default is by stream.
  auto pool = kdb::spawn_competing_workers(owned.system(), *db, std::move(plan));
  // docs: end
  if (!pool)
    return 1;
  kdb::any_caf::request(self, *pool, 5s, kdb::await_joined{}).receive([] {}, failed);
  for (int events = 0, placed = 0; status == 0 && events < 4; ++events)
    self->receive([&](bool known) { std::cout << (placed += known) << " orders\n"; }, caf::after(10s) >> [&] { status = 1; });
  kdb::any_caf::request(self, *pool, 10s, kdb::cancel{}).receive([] {}, failed); // Workers finish their events.
  kdb::any_caf::request(self, *db, 10s, kdb::close{}).receive([] {}, failed);
  return status;
}
