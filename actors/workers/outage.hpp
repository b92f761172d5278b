// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <kdb/endpoint.hpp>
#include <kdb/error.hpp>

#include "actors/runtime/incident.hpp"
#include "actors/runtime/logger.hpp"

namespace kdb::inline v0 {

/// Logs that a subscription or consumer has lost its call, or failed to resume.
void log_lost(const logger* log, incident& outage, std::string_view name, const error& cause);

/// Logs that it has resumed, if its call was lost.
void log_resumed(const logger* log, incident& outage, std::string_view name, const endpoint& where);

} // namespace kdb::inline v0
