// SPDX-License-Identifier: Apache-2.0

// typed_events [URI]: C++ types are appended as events, and read again by handlers for each type.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>
#include <kdb/event_handlers.hpp>

#include <iostream>
#include <optional>

// docs: types
struct order_placed {
  std::string item;
  int quantity = 1;
  static constexpr kdb::event_schema schema{"order-placed"};
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(order_placed, item, quantity)
};

struct order_shipped {
  std::string carrier;
  static constexpr kdb::event_schema schema{"order-shipped"};
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(order_shipped, carrier)
};
// docs: end

// docs: versions
struct order_paid {
  int cents = 0;
  std::string currency;
  static constexpr kdb::event_schema schema{
    "order-paid", [](nlohmann::json& data) { data["currency"] = "EUR"; },           // 1 to 2: all prices were in euros.
    [](nlohmann::json& data) { data["cents"] = 100 * data.at("price").get<int>(); } // 2 to 3: cents.
  };
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(order_paid, cents, currency)
};
// docs: end

namespace {

kdb::result<void> shop(const std::string& uri, const std::string& stream) {
  auto db = kdb::client::connect(uri).value();

  // docs: append
  auto events = kdb::to_events(order_placed{"book", 2}, order_shipped{"post"});
  if (!events)
    return kdb::unexpected(events.error());
  auto done = db.append_to_stream(stream, kdb::stream_state::no_stream, *events);
  // docs: end
  if (!done)
    return kdb::unexpected(done.error());

  // As an earlier version of this program wrote it.
  done = db.append_to_stream(stream, *done->revision, {kdb::new_event::json("order-paid", R"({"price": 42})")});
  if (!done)
    return kdb::unexpected(done.error());

  // docs: handlers
  kdb::event_handlers handlers{
    [](const order_placed& order) { std::cout << order.quantity << " × " << order.item << "\n"; },
    [](const order_shipped& order, const kdb::resolved_event& event) {
      std::cout << event.stream() << " was shipped by " << order.carrier << "\n";
    },
    [](const order_paid& order) { std::cout << order.cents << " cents of " << order.currency << "\n"; },
    kdb::refuse_unknown, // Without it, events of other types are skipped.
  };
  auto orders = db.read_stream(stream);
  for (const auto& event : orders.events())
    if (auto handled = handlers(event); !handled)
      return handled;
  // docs: end
  return orders.finish();
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  const auto done = shop(uri, "orders-" + kdb::to_string(kdb::random_uuid()));
  if (!done)
    std::cerr << to_string(done.error()) << "\n";
  return done ? 0 : 1;
}
