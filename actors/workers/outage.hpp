// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/endpoint.hpp>
#include <kdb/error.hpp>

#include "actors/runtime/incident.hpp"
#include "actors/runtime/logger.hpp"

namespace kdb::inline v0 {

/// Logs that a subscription or consumer has lost its call, or failed to resume. The plan knows its title and its fields.
template <class Plan>
void log_lost(const logger* log, incident& outage, const Plan& plan, const error& cause) {
  if (const auto level = outage.failed(log_level::info); log && log->wants(level))
    (*log)(level, policy::log_event::stream_lost, plan.title() + " was lost, and resumes: " + to_string(cause),
           policy::with_field(plan.log_fields(), policy::cause_field(cause)));
}

/// Logs that it has resumed, if its call was lost.
template <class Plan>
void log_resumed(const logger* log, incident& outage, const Plan& plan, const endpoint& where) {
  if (const auto failures = outage.over(); failures > 0 && log && log->wants(log_level::info))
    (*log)(log_level::info, policy::log_event::stream_resumed,
           plan.title() + " has resumed on " + to_string(where) + after_failed_attempts(failures - 1),
           policy::with_field(policy::with_node(plan.log_fields(), where), policy::attempts_field(failures - 1)));
}

} // namespace kdb::inline v0
