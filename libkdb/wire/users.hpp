// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kdb/result.hpp>
#include <kdb/users.hpp>

// Values to and from the messages of event_store.client.users. Requests come as serialised bytes, ready to be sent; those with a
// password in them are secrets.
namespace kdb::inline v0::wire {

std::string encode_create_user(std::string_view login_name, std::string_view password, const create_user_options& options);
std::string encode_update_user(std::string_view login_name, const update_user_options& options);
std::string encode_delete_user(std::string_view login_name);
std::string encode_enable_user(std::string_view login_name);
std::string encode_disable_user(std::string_view login_name);
/// Of one user, or of all.
std::string encode_user_details(std::string_view login_name);
std::string encode_all_user_details();
std::string encode_change_password(std::string_view login_name, std::string_view current, std::string_view next);
std::string encode_reset_password(std::string_view login_name, std::string_view next);

/// Reads a `DetailsResp`.
result<user_details> decode_user(std::string_view message);
/// Reads as many as there are.
result<std::vector<user_details>> decode_users(const std::vector<std::string>& messages);

} // namespace kdb::inline v0::wire
