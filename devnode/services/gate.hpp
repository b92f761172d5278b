#pragma once

#include "services/standing.hpp"

#include "rpc/call.hpp"

#include <memory>

namespace kdb::development {

struct node;

/// Stands in front of the handler of a call: has it answer when its node may, by its place in the cluster, and ends the call as a server does
/// when it may not. With one request, or one reply after all requests, that is decided when the client has ended its side;
/// with `streams` at the first message. Reads and BatchAppend decide for themselves.
std::unique_ptr<rpc::handler> guarded(node& serving, rpc::call& call, demand wanted, bool streams,
                                      std::unique_ptr<rpc::handler> handler);

/// Whether the client insists on the leader.
bool requires_leader(const rpc::call& call);

} // namespace kdb::development
