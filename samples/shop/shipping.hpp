// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "order_service.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>

#include <kdb/checkpoint_store.hpp>

namespace shop {

/// The process manager: when an order is paid, it has the order shipped. Ends with an error when it can't go on; start another one then.
caf::behavior shipping(caf::event_based_actor* self, kdb::client_actor db, order_service_actor service, category orders,
                       std::shared_ptr<kdb::checkpoint_store> store);

} // namespace shop
