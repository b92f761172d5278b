// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/group_definition.hpp"
#include "devnode/rpc/status.hpp"
#include "devnode/services/persistent/errors.hpp"
#include "devnode/services/wire.hpp"
#include "devnode/store/store.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace kdb::event_store::client::persistent_subscriptions {
class CreateReq;
class UpdateReq;
} // namespace kdb::event_store::client::persistent_subscriptions

namespace kdb::inline v0::development {

/// Reads the group that the options of a request name; nothing when they name neither a stream nor $all.
template <class Options>
std::optional<group_name> read_group_name(const Options& options) {
  if (options.has_all())
    return group_name{std::string{all_stream}, options.group_name()};
  if (!options.has_stream_identifier())
    return std::nullopt;
  return group_name{read_name(options.stream_identifier()), options.group_name()};
}

/// A request to create or to update a group, as far as it can be read. Whether a server would take its values is another question:
/// `definition_problem`.
std::variant<group_definition, rpc::status> parse_create(const event_store::client::persistent_subscriptions::CreateReq& request);
std::variant<group_definition, rpc::status> parse_update(const event_store::client::persistent_subscriptions::UpdateReq& request);

/// Why a server refuses a group like this, in the order of its checks; empty if it takes it.
std::string definition_problem(const group_definition& definition, std::string_view strategy, const store& events);

/// The name of the strategy that a request asks for.
std::string requested_strategy(const event_store::client::persistent_subscriptions::CreateReq& request);

} // namespace kdb::inline v0::development
