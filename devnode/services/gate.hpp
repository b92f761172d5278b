// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/security/caller.hpp"
#include "devnode/services/standing.hpp"

#include "devnode/rpc/call.hpp"

#include <memory>

namespace kdb::inline v0::development {

struct node;

/// Stands in front of the handler of a call: has it answer when its node may, by its place in the cluster, and ends the call as a server does
/// when it may not. With one request, or one reply after all requests, that is decided when the client has ended its side;
/// with `streams` at the first message. Reads and BatchAppend decide for themselves.
std::unique_ptr<rpc::handler> guarded(node& serving, rpc::call& call, demand wanted, bool streams,
                                      std::unique_ptr<rpc::handler> handler);

/// Ends a call that is not served at all. With `at_once` that is before its client has said anything; otherwise when it has ended its side,
/// or has sent more than one message.
std::unique_ptr<rpc::handler> refused(rpc::call& call, rpc::status refusal, bool at_once);

/// Who calls, where that was found to be somebody; see `access_control`.
std::shared_ptr<const caller> caller_of(node& serving, const rpc::call& call);

/// Whether the client insists on the leader.
bool requires_leader(const rpc::call& call);

} // namespace kdb::inline v0::development
