// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>

// expect: (nodiscard|unused-result)

// An append whose result nobody looks at.
void shop(const kdb::client& db) {
  db.append_to_stream("orders", kdb::stream_state::any, {kdb::new_event::json("order-placed", "{}")});
}
