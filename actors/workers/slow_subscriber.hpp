// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "actors/runtime/logger.hpp"

namespace kdb::inline v0 {

/// The name of an actor with its number, such as "shipping#12"; of one in another process, the number alone.
std::string name_of(const caf::actor& subscriber);

/// Where a batch comes from, for the log.
struct batch_source {
  std::string title;
  policy::log_fields fields;
};

/// Warns that a subscriber has taken long for a batch.
void warn_of_slow(const logger* log, const caf::actor& subscriber, batch_source source, std::chrono::milliseconds took,
                  std::string_view consequence = {});

} // namespace kdb::inline v0
