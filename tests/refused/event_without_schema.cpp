// SPDX-License-Identifier: Apache-2.0
#include <kdb/typed_events.hpp>

// expect: (constraint|no matching function)

struct order_lost {};

// A value of a type that is no event.
void shop() {
  (void)kdb::to_event(order_lost{});
}
