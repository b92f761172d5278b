// SPDX-License-Identifier: Apache-2.0
#include "actors/workers/slow_subscriber.hpp"

#include <caf/actor_cast.hpp>
#include <caf/local_actor.hpp>

namespace kdb::inline v0 {

std::string name_of(const caf::actor& subscriber) {
  const auto number = '#' + std::to_string(subscriber.id());
  const auto* local = dynamic_cast<const caf::local_actor*>(caf::actor_cast<caf::abstract_actor*>(subscriber));
  return local ? local->name() + number : "actor " + number;
}

void warn_of_slow(const logger* log, const caf::actor& subscriber, std::string_view source, std::chrono::milliseconds took,
                  std::string_view consequence) {
  if (!log || !log->wants(log_level::warning))
    return;
  std::string line = "the subscriber " + name_of(subscriber) + " took " + std::to_string(took.count()) + " ms for a batch of ";
  (*log)(log_level::warning, line.append(source).append(consequence));
}

} // namespace kdb::inline v0
