#pragma once

#include "services/durability.hpp"
#include "store/followers.hpp"
#include "store/store.hpp"
#include "store/uuid.hpp"

#include "kdb/devnode.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kdb::development {

/// A method of the node as ServerFeatures lists it.
struct served_method {
  std::string service;
  std::string method;
  std::vector<std::string> features;
};

/// What the services of one node share.
struct node {
  const devnode_options options;
  store& events;
  followers& live;
  durability& durable;
  uuid instance_id = random_uuid();
  std::vector<served_method> methods{};
  std::uint16_t port = 0;
};

} // namespace kdb::development
