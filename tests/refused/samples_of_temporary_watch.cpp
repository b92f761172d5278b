// SPDX-License-Identifier: Apache-2.0
#include <kdb/client.hpp>

// expect: deleted

// The watch would be gone before its first sample, and its error with it.
std::size_t count(const kdb::client& db) {
  std::size_t found = 0;
  for (const auto& sample : db.watch_statistics().each())
    found += sample.values.size();
  return found;
}
