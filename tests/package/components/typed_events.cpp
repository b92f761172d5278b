// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_handlers.hpp>

struct order_placed {
  int sku = 0;
  static constexpr kdb::event_schema schema{"order-placed"};
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(order_placed, sku)
};

int main() {
  const auto event = kdb::to_event(order_placed{7}).value();
  return kdb::from_event<order_placed>(event).value().sku == 7 ? 0 : 1;
}
