// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/groups.hpp>
#include <kdb/result.hpp>

// Values to and from the messages of event_store.client.persistent_subscriptions that are about groups. Requests come as serialised
// bytes, ready to be sent; "$all" as the stream stands for $all.
namespace kdb::inline v0::wire {

std::string encode_create(std::string_view stream, std::string_view group, const create_group_options& options);
std::string encode_create(std::string_view group, const create_group_on_all_options& options);
std::string encode_update(std::string_view stream, std::string_view group, const update_group_options& options);
std::string encode_update(std::string_view group, const update_group_on_all_options& options);
std::string encode_delete_group(const group_name& name);
std::string encode_get_info(const group_name& name);
/// Of a stream, or of all.
std::string encode_list(const std::optional<std::string>& stream);
std::string encode_replay_parked(const group_name& name, std::optional<std::uint64_t> stop_at);
std::string encode_truncate_parked(const group_name& name, std::optional<std::uint64_t> stop_at);

/// Reads a `GetInfoResp`.
result<group_info> decode_info(std::string_view message);
/// Reads a `ListResp`.
result<std::vector<group_info>> decode_list(std::string_view message);

/// Reads "12", "-1", "C:1/P:1" or "C:-1/P:-1".
std::optional<group_start> parse_group_start(std::string_view text);
/// Reads "12" or "C:1/P:1"; nothing for other texts, the empty one among them.
std::optional<group_position> parse_group_position(std::string_view text);

} // namespace kdb::inline v0::wire
