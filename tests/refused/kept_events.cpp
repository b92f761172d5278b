// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <kdb/event_batch.hpp>

std::vector<kdb::owned_event> keep(const kdb::event_batch& batch) {
  std::vector<kdb::owned_event> kept;
  for (const auto& event : batch.events())
    kept.emplace_back(event);
  return kept;
}

std::vector<kdb::owned_event> keep_all(const kdb::event_batch& batch) {
  const auto events = batch.events();
  return {events.begin(), events.end()};
}
