// SPDX-License-Identifier: Apache-2.0

// consume [URI]: a worker consumes events of a group, and parks those of an unknown type.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: worker
caf::behavior worker(caf::event_based_actor* self, kdb::client_actor db, kdb::group_name group) {
  kdb::any_caf::request(self, db, 5s, kdb::consume{.group = group, .subscriber = self})
    .then([](const kdb::consumer_actor&) {}, [=](const caf::error& error) { self->quit(error); });
  return {
    [=](const kdb::consumer_batch& batch) { // Returns one outcome for each event, which also asks for the next batch.
      kdb::batch_outcomes outcomes;
      for (const auto& [event, retries, token] : batch) {
        std::cout << event.type() << " (" << retries << " retries)\n";
        const auto known = event.type() != "gibberish";
        outcomes.each.push_back(known ? kdb::outcome::ack() : kdb::outcome::nack(kdb::nack_action::park, "unknown type"));
        if (event.type() == "shop-closed")
          self->quit();
      }
      return outcomes;
    },
    [=](const kdb::subscription_ended& end) { self->quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{}); },
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
  // docs: create
  const kdb::group_settings group{.message_timeout = 10s, .max_retries = 3};
  const kdb::create_group create{stream, "billing", {.settings = group}};
  kdb::any_caf::request(self, *db, 5s, create).receive([] {}, [&](const caf::error&) { status = 1; });
  // docs: end
  self->monitor(self->spawn(worker, *db, kdb::group_name{stream, "billing"}));
  for (auto type : {"order-placed", "order-placed", "gibberish", "shop-closed"})
    kdb::any_caf::send(self, *db, kdb::append_to_stream{.stream = stream, .events = {kdb::new_event::json(type, "{}")}});
  self->receive([&](const caf::down_msg& down) { status = down.reason ? 1 : status; });
  kdb::any_caf::request(self, *db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return status;
}
