// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "actors/workers/worker_context.hpp"
#include <kdb/call_options.hpp>
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// Whether the call requires the leader: its own option, otherwise the preference of the client.
inline bool requires_leader(const settings& config, const call_options& call) {
  return call.requires_leader.value_or(config.preference == node_preference::leader);
}

/// The deadline of the operation, if it has one.
inline std::optional<std::chrono::milliseconds> deadline_for(const settings& config, const call_options& call) {
  return call.deadline ? call.deadline : config.default_deadline;
}

/// How long the first start of a stream may take.
inline policy::time_budget start_budget(const worker_context& context, const call_options& call,
                                        policy::time_budget::time_point now) {
  return {deadline_for(context.settings, call), now};
}

/// The settings of a stream's call. The first start must end within `left`, if that is limited.
inline rpc::call_settings start_settings(const worker_context& context, const call_options& call,
                                         std::optional<std::chrono::milliseconds> left) {
  return {.start_timeout = left.value_or(context.settings.start_timeout),
          .credentials = context.credentials->for_call(call),
          .requires_leader = requires_leader(context.settings, call),
          .headers = call.headers};
}

/// Whether nodes are found by gossip: one endpoint alone is used as it is.
inline bool uses_gossip(const settings& config) {
  return config.discover || config.endpoints.size() > 1;
}

} // namespace kdb::inline v0
