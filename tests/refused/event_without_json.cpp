// SPDX-License-Identifier: Apache-2.0
#include <kdb/typed_events.hpp>

// expect: this type has no JSON form

struct order_placed {
  int sku = 0;
  static constexpr kdb::event_schema schema{"order-placed"};
};

// A type whose members nobody has told to nlohmann-json.
void shop() {
  (void)kdb::to_event(order_placed{});
}
