// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include <kdb/cluster.hpp>
#include <kdb/result.hpp>

namespace kdb::inline v0::wire {

/// Reads the `ClusterInfo` that Gossip.Read answers. Members whose address can't be one (no host, a port out of range) are left out;
/// an id that is none is nil.
result<std::vector<cluster_member>> decode_gossip(std::string_view message);

} // namespace kdb::inline v0::wire
