// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"
#include "devnode/services/node.hpp"
#include "devnode/services/streams/read_request.hpp"
#include "devnode/store/followers.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace kdb::inline v0::development {

/// Puts the filter of the user-defined index that a request names into it; returns why it can't be read, if so.
std::optional<rpc::status> open_user_index(node& serving, read_request& request);

/// Whether the user-defined index that a subscription follows, if it follows one, is still the one it was. `wake` is called when that may have
/// changed.
class index_watch {
public:
  index_watch(node& serving, const read_request& request, const std::function<void()>& wake);

  bool lost();

private:
  node& node_;
  std::string name_;
  std::int64_t edition_ = 0;
  std::optional<follower> changes_;
};

} // namespace kdb::inline v0::development
