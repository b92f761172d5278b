// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <kdb/operations.hpp>
#include <kdb/result.hpp>

// Values to and from the messages of event_store.client.operations. Requests come as serialised bytes, ready to be sent.
namespace kdb::inline v0::wire {

std::string encode_start_scavenge(const scavenge_options& options);
std::string encode_stop_scavenge(std::string_view id);
std::string encode_node_priority(std::int32_t priority);

/// Reads a `ScavengeResp`.
result<scavenge_result> decode_scavenge(std::string_view message);

} // namespace kdb::inline v0::wire
