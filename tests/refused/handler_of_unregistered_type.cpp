// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_handlers.hpp>

// expect: a handler takes a type that has an event_schema

struct order_lost {};

// A handler for a type that is no event.
void shop() {
  kdb::event_handlers handlers{[](const order_lost&) {}};
}
