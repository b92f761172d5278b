// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/cluster/node_state.hpp"
#include "devnode/rpc/status.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace kdb::inline v0::development {

/// Where a node of the cluster is reached, and its id as text.
struct member_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string id;
};

/// A node's place in its cluster at this moment, as far as answers depend on it. A node without a cluster always leads.
struct standing {
  node_state state = node_state::leader;
  member_address leader{}; ///< As the node knows it, or itself.
  bool forwards = true;    ///< Whether a write that it passes on, or does itself, gets done.
  bool draining = false;   ///< It has begun to shut down.
  int retry_seconds = 5;   ///< What clients are told when it shuts down.
  std::chrono::milliseconds forwarding_timeout{4300};
};

/// What a call wants from the node that it reaches.
enum class demand {
  nothing,      ///< Any node answers: gossip, features, operations.
  reading,      ///< Reads of streams.
  writing,      ///< Writes that followers pass on.
  leading,      ///< What the leader alone does: persistent subscriptions.
  leading_info, ///< The same, but others say that they aren't ready: information about persistent subscriptions.
  leading_only, ///< What the leader alone does, and of which others know nothing: projections.
  leading_v2,   ///< What the leader alone does, with errors of the second protocol.
};

/// What to do with a call.
enum class admission {
  serve,
  hang,    ///< It is passed on to a leader that does not answer.
  silence, ///< Nobody will answer it.
  not_leader,
  not_ready,
  shutting_down,
  exception, ///< What a server that shuts down says to calls that it did not expect any more.
};

admission admit(const standing& here, demand wanted, bool requires_leader);

/// Whether a call's header `requires-leader` has this value; only `true` counts, in any letter case.
bool means_required(std::string_view header);

/// How a call ends that is not served but for `silence`. `hang` is what it ends with when its time is over.
rpc::status refusal(const standing& here, demand wanted, admission decided);

} // namespace kdb::inline v0::development
