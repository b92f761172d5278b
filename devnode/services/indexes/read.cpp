// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/indexes/read.hpp"

#include "devnode/indexes/index_view.hpp"
#include "devnode/services/errors.hpp"

#include <utility>
#include <vector>

namespace kdb::inline v0::development {

std::optional<rpc::status> open_user_index(node& serving, read_request& request) {
  if (request.user_index.empty())
    return std::nullopt;
  auto [name, constraints] = split_index_query(request.user_index);
  auto known = serving.options.user_indexes ? serving.indexes.find(name) : nullptr;
  if (!known || !known->started)
    return errors::index_not_found(request.user_index);
  auto wanted = constraints ? read_constraints(known->definition, *constraints) : std::vector<index_constraint>{};
  if (!wanted)
    return errors::invalid_argument("Invalid field constraints for index '" + request.user_index + "'");
  request.filter = index_view(known->definition, *std::move(wanted));
  request.slow_filter = true; // it may look into the data of each event
  return std::nullopt;
}

index_watch::index_watch(node& serving, const read_request& request, const std::function<void()>& wake) : node_{serving} {
  if (request.user_index.empty())
    return;
  name_ = split_index_query(request.user_index).name;
  if (auto known = node_.indexes.find(name_))
    edition_ = known->edition;
  changes_.emplace(node_.live, std::string{index_stream_prefix} + name_, wake);
}

bool index_watch::lost() {
  if (!changes_)
    return false;
  auto known = node_.indexes.find(name_);
  return !known || !known->started || known->edition != edition_;
}

} // namespace kdb::inline v0::development
