// SPDX-License-Identifier: Apache-2.0

// follow_a_stream [URI]: an actor follows a stream from its start, live, until it sees a certain event.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: follow
caf::behavior shipping(caf::event_based_actor* self, kdb::client_actor db, std::string stream) {
  kdb::any_caf::request(self, db, 5s, kdb::subscribe_to_stream{.stream = stream, .subscriber = self})
    .then([](const kdb::subscription_actor&) {}, [=](const caf::error& error) { self->quit(error); });
  return {
    [=](const kdb::event_batch& batch) { // Returning asks for the next batch.
      for (const auto& event : batch.events()) {
        std::cout << event.revision().value << " " << event.type() << " " << event.data() << "\n";
        if (event.type() == "shop-closed")
          self->quit(); // The subscription ends with its subscriber.
      }
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
  if (!db) {
    std::cerr << to_string(db.error()) << "\n";
    return 1;
  }
  const auto stream = "orders-" + kdb::to_string(kdb::random_uuid());
  caf::scoped_actor self{owned.system()};
  self->monitor(self->spawn(shipping, *db, stream));
  for (auto type : {"order-placed", "order-placed", "shop-closed"})
    kdb::any_caf::send(self, *db, kdb::append_to_stream{.stream = stream, .events = {kdb::new_event::json(type, "{}")}});
  int status = 1;
  self->receive([&](const caf::down_msg& down) { status = down.reason ? 1 : 0; });
  kdb::any_caf::request(self, *db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return status;
}
