// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/group_definition.hpp"
#include "devnode/rpc/status.hpp"

#include <string_view>

namespace kdb::inline v0::development {

/// A group as a client names it.
struct group_name {
  std::string stream; ///< `$all` for all events.
  std::string group;

  std::string key() const { return stream + "::" + group; }
};

/// The refusals of the service of persistent subscriptions, word by word those of a server.
namespace errors {

rpc::status group_does_not_exist(const group_name& name);
rpc::status group_exists(const group_name& name);
rpc::status group_failed(const group_name& name, std::string_view reason);
rpc::status group_full(const group_name& name);
rpc::status group_dropped(const group_name& name);

} // namespace errors
} // namespace kdb::inline v0::development
