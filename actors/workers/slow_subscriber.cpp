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

void warn_of_slow(const logger* log, const caf::actor& subscriber, batch_source source, std::chrono::milliseconds took,
                  std::string_view consequence) {
  if (!log || !log->wants(log_level::warning))
    return;
  const auto name = name_of(subscriber);
  auto text = "the subscriber " + name + " took " + std::to_string(took.count()) + " ms for a batch of ";
  source.fields.push_back({"kurrentdb.subscriber", name});
  source.fields.push_back({"kurrentdb.duration_ms", std::int64_t{took.count()}});
  (*log)(log_level::warning, policy::log_event::subscriber_slow, text.append(source.title).append(consequence),
         std::move(source.fields));
}

} // namespace kdb::inline v0
