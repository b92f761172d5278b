// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <kdb/call_options.hpp>
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// Whether only a leader may serve the call: as it says, else as the client prefers.
inline bool requires_leader(const settings& config, const call_options& call) {
  return call.requires_leader.value_or(config.preference == node_preference::leader);
}

/// When the operation has to be over, if ever.
inline std::optional<std::chrono::milliseconds> deadline_for(const settings& config, const call_options& call) {
  return call.deadline ? call.deadline : config.default_deadline;
}

/// Whether nodes are found by gossip: one endpoint alone is used as it is.
inline bool uses_gossip(const settings& config) {
  return config.discover || config.endpoints.size() > 1;
}

} // namespace kdb::inline v0
