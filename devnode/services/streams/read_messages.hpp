// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/message.hpp"
#include "devnode/store/link.hpp"
#include "devnode/store/log_position.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace kdb::inline v0::development {

/// The form of ids in replies.
enum class id_form { structured, text };

/// The messages of a read or a subscription, as they go over the wire.
/// `tail` are serialised fields that stand behind the others of ReadEvent.
rpc::outgoing event_message(const resolved_event& event, id_form form, std::string_view tail = {});
rpc::outgoing confirmation_message(const uuid& subscription);
rpc::outgoing checkpoint_message(const log_position& position, std::int64_t now);
rpc::outgoing not_found_message(std::string_view stream);
rpc::outgoing first_position_message(std::uint64_t revision);
rpc::outgoing last_position_message(std::uint64_t revision);

/// Where a subscription was when it had caught up: in its stream or in $all, or nowhere yet.
struct caught_up_place {
  std::optional<std::int64_t> revision;
  std::optional<log_position> position;
};

rpc::outgoing caught_up_message(const caught_up_place& place, std::int64_t now);

} // namespace kdb::inline v0::development
