// SPDX-License-Identifier: Apache-2.0

// expect: (resolved_event::resolved_event|constructor of 'kdb::resolved_event')
// expect: (recorded_event::recorded_event|constructor of class 'kdb::recorded_event')
#include <vector>

#include <kdb/event_batch.hpp>

std::vector<kdb::resolved_event> views_of(const kdb::event_batch& batch) {
  std::vector<kdb::resolved_event> kept;
  for (const auto& event : batch.events())
    kept.push_back(event); // They would dangle with the batch.
  return kept;
}

std::vector<kdb::recorded_event> events_of(const kdb::event_batch& batch) {
  std::vector<kdb::recorded_event> kept;
  for (const auto& event : batch.events())
    kept.push_back(event.event());
  return kept;
}
