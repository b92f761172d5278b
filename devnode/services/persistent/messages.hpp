// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/message.hpp"
#include "devnode/services/streams/read_messages.hpp"
#include "devnode/store/link.hpp"

#include <cstdint>
#include <string>

namespace kdb::inline v0::development {

/// The messages to a consumer.
rpc::outgoing group_confirmation_message(const std::string& subscription_id);
rpc::outgoing group_event_message(const resolved_event& event, std::int32_t retry_count, id_form form);

} // namespace kdb::inline v0::development
