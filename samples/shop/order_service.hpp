// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "order.hpp"

#include <kdb/actors.hpp>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace shop {

/// Carries out commands: reads the order, decides, appends. Any number of services may work on the same orders.
/// Each command is answered with nothing when its events are written, or with an error.
using order_service_actor = caf::typed_actor<caf::replies_to<place_order>::with<void>, caf::replies_to<pay_order>::with<void>,
                                             caf::replies_to<ship_order>::with<void>>;

order_service_actor::behavior_type order_service(order_service_actor::pointer self, kdb::client_actor db, category orders);

} // namespace shop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(shop::place_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(shop::pay_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(shop::ship_order)
