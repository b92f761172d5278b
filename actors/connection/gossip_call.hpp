// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "actors/runtime/own_credentials.hpp"
#include "libkdb/rpc/transport.hpp"
#include <kdb/cluster.hpp>

namespace kdb::inline v0 {

inline constexpr std::string_view gossip_method = "/event_store.client.gossip.Gossip/Read";

using gossip_handler = std::function<void(result<std::vector<cluster_member>>)>;

/// Asks a node for the members of its cluster, in the client's name and within the timeout. `done` is called once, on a thread of the
/// transport, which stays alive until then.
std::unique_ptr<rpc::call> ask_for_gossip(const std::shared_ptr<rpc::transport>& node, std::chrono::milliseconds timeout,
                                          const own_credentials& client, gossip_handler done);

} // namespace kdb::inline v0
