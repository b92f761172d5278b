// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "order.hpp"

#include <kdb/actors.hpp>

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace shop {

/// Carries out commands: reads the order, decides, appends. Any number of services may work on the same orders.
/// Each command is answered with nothing when its events are written, or with an error.
using order_service_actor = caf::typed_actor<kdb::accepts<place_order>, kdb::accepts<pay_order>, kdb::accepts<ship_order>>;

order_service_actor::behavior_type order_service(order_service_actor::pointer self, kdb::client_actor db, category orders);

} // namespace shop

KDB_ACTOR_MESSAGES(shop_orders, 200, shop::place_order, shop::pay_order, shop::ship_order)
