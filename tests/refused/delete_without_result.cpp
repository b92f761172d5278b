// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>

// expect: (nodiscard|unused-result)

// The generic form is no way around it.
void forget(const kdb::client& db) {
  db.ask(kdb::delete_stream{.stream = "orders"});
}
