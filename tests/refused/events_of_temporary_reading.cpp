// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>

// expect: deleted

// The reading would be gone before its first event, and its error with it.
std::size_t count(const kdb::client& db) {
  std::size_t found = 0;
  for (const auto& event : db.read_stream("orders").events())
    found += event.data().size();
  return found;
}
