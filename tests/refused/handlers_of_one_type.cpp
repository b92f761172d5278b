// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_handlers.hpp>

// expect: two handlers take events of the same type name

struct order_placed {
  static constexpr kdb::event_schema schema{"order-placed"};
};
struct order_made {
  static constexpr kdb::event_schema schema{"order-placed"};
};

// Two handlers of which only one could get an event.
void shop() {
  kdb::event_handlers handlers{[](const order_placed&) {}, [](const order_made&) {}};
}
