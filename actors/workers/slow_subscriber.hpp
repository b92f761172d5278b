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

/// Warns that a subscriber has taken long for a batch.
void warn_of_slow(const logger* log, const caf::actor& subscriber, std::string_view source, std::chrono::milliseconds took,
                  std::string_view consequence = {});

} // namespace kdb::inline v0
