// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/standing.hpp"

#include "devnode/services/errors.hpp"
#include "devnode/services/streams/v2_errors.hpp"

#include <algorithm>

namespace kdb::inline v0::development {
namespace {

admission admit_draining(demand wanted) {
  switch (wanted) {
    case demand::nothing: return admission::serve;
    case demand::reading:
    case demand::leading_v2: return admission::shutting_down;
    default: return admission::exception;
  }
}

// A follower, and whoever will be one soon.
admission admit_following(const standing& here, demand wanted, bool requires_leader) {
  switch (wanted) {
    case demand::nothing: return admission::serve;
    case demand::reading: return requires_leader ? admission::not_leader : admission::serve;
    case demand::writing: return requires_leader ? admission::not_leader : here.forwards ? admission::serve : admission::hang;
    case demand::leading_info: return admission::not_ready;
    default: return admission::not_leader;
  }
}

} // namespace

admission admit(const standing& here, demand wanted, bool requires_leader) {
  if (wanted == demand::nothing)
    return admission::serve;
  if (wanted == demand::leading_only)
    return here.state == node_state::leader && !here.draining ? admission::serve : admission::silence;
  if (here.draining)
    return admit_draining(wanted);
  bool reads = wanted == demand::reading;
  switch (here.state) {
    case node_state::leader: {
      bool writes = wanted == demand::writing || wanted == demand::leading_v2;
      return writes && !here.forwards ? admission::hang : admission::serve;
    }
    case node_state::resigning_leader:
    case node_state::pre_leader: return reads ? admission::serve : admission::not_ready;
    case node_state::follower:
    case node_state::catching_up:
    case node_state::clone:
    case node_state::pre_replica:
    case node_state::read_only_replica:
    case node_state::pre_read_only_replica: return admit_following(here, wanted, requires_leader);
    case node_state::read_only_leaderless:
      if (wanted == demand::writing)
        return admission::not_leader;
      [[fallthrough]];
    case node_state::unknown:
    case node_state::discover_leader: return reads && !requires_leader ? admission::serve : admission::not_ready;
    default: return admission::not_ready;
  }
}

bool means_required(std::string_view header) {
  constexpr std::string_view wanted = "true";
  return std::ranges::equal(header, wanted, [](char c, char w) { return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == w; });
}

rpc::status refusal(const standing& here, demand wanted, admission decided) {
  bool v2 = wanted == demand::leading_v2;
  switch (decided) {
    case admission::hang:
      // A leader without a majority waits for nobody to forward to.
      return v2 ? v2_errors::operation_timeout()
                : errors::operation_timeout(here.state == node_state::leader ? "Commit phase timeout." : "Forwarding timeout");
    case admission::not_leader: return v2 ? v2_errors::not_leader_node(here.leader) : errors::not_leader(here.leader);
    case admission::not_ready: return v2 ? v2_errors::server_not_ready() : errors::not_ready();
    case admission::shutting_down: return errors::shutting_down(here.retry_seconds);
    case admission::exception: return errors::handler_exception();
    case admission::silence:
    case admission::serve: break;
  }
  return {};
}

} // namespace kdb::inline v0::development
