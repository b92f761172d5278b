// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_handlers.hpp>

// expect: handlers that return a value need one for unknown events

struct order_placed {
  static constexpr kdb::event_schema schema{"order-placed"};
};

// What would they return for an event of another type?
void shop() {
  kdb::event_handlers handlers{[](const order_placed&) { return 1; }};
}
