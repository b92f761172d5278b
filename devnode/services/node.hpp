// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/security/access_control.hpp"
#include "devnode/services/durability.hpp"
#include "devnode/services/indexes/catalogue.hpp"
#include "devnode/services/standing.hpp"
#include "devnode/store/followers.hpp"
#include "devnode/store/store.hpp"
#include "devnode/store/uuid.hpp"
#include "devnode/tls/setup.hpp"

#include "kdb/devnode.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kdb::inline v0::development {

/// A method of the node as ServerFeatures lists it.
struct served_method {
  std::string service;
  std::string method;
  std::vector<std::string> features;
};

/// A node of the cluster as another one believes it to be.
struct gossiped_member {
  uuid instance_id;
  std::int64_t time_stamp = 0; ///< In 100 ns since 1970.
  node_state state = node_state::leader;
  bool alive = true;
  std::uint16_t port = 0;
};

/// What clients can ask of a node's cluster. Called on the node's thread.
struct cluster_control {
  std::function<std::vector<gossiped_member>()> gossip;
  std::function<void()> resign;
  std::function<void(int)> set_priority;
};

class persistent_groups;
class managed_projections;

/// What the services of one node share.
struct node {
  const devnode_options options;
  store& events;
  followers& live;
  followers& settled; ///< Of what projections and indexes see.
  durability& durable;
  access_control access{events, tls::authenticates(options)};
  index_catalogue indexes{events};
  persistent_groups* groups = nullptr;        ///< On a node that leads.
  managed_projections* projections = nullptr; ///< On a node that leads, if it is to have any.
  uuid instance_id = random_uuid();
  std::vector<served_method> methods{};
  std::uint16_t port = 0;
  standing place{};
  store* leading_log = nullptr; ///< Of the node that leads, where that is another one.
  cluster_control cluster{};

  /// Where a write goes that is to be done, on whatever node.
  store& writes() { return leading_log ? *leading_log : events; }
};

} // namespace kdb::inline v0::development
