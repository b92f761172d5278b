// SPDX-License-Identifier: Apache-2.0

// typed_actor [URI]: an actor gets the events of a stream as messages of their C++ types.

#include <kdb/devnode.hpp>
#include <kdb/typed_actors.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

struct order_placed {
  std::string item;
  static constexpr kdb::event_schema schema{"order-placed"};
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(order_placed, item)
};

struct shop_closed {
  static constexpr kdb::event_schema schema{"shop-closed"};
};

KDB_EVENT_MESSAGES(shop_events, 200, order_placed, shop_closed)

namespace {

// docs: messages
caf::behavior shipping(caf::event_based_actor* self, kdb::client_actor db, std::string stream) {
  const auto subscriber = kdb::typed_subscriber<order_placed, shop_closed>(self);
  kdb::any_caf::request(self, db, 5s, kdb::subscribe_to_stream{.stream = stream, .subscriber = subscriber})
    .then([](const kdb::subscription_actor&) {}, [=](const caf::error& error) { self->quit(error); });
  return {
    [](const order_placed& order) { std::cout << "ship a " << order.item << "\n"; }, // Returning asks for the next event.
    [=](const shop_closed&) { self->quit(); },
    [=](const kdb::subscription_ended& end) { self->quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{}); },
  };
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  kdb::init_caf<kdb_block::shop_events>();
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  auto owned = kdb::owned_system{};
  auto db = settings.and_then([&](auto& given) { return kdb::spawn_client(owned.system(), given); }).value();
  const auto stream = "orders-" + kdb::to_string(kdb::random_uuid());
  caf::scoped_actor self{owned.system()};
  self->monitor(self->spawn(shipping, db, stream));
  auto events = kdb::to_events(order_placed{"book"}, order_placed{"pen"}, shop_closed{}).value();
  kdb::any_caf::send(self, db, kdb::append_to_stream{.stream = stream, .events = std::move(events)});
  int status = 1;
  self->receive([&](const caf::down_msg& down) { status = down.reason ? 1 : 0; });
  kdb::any_caf::request(self, db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return status;
}
