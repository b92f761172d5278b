// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <kdb/call_options.hpp>
#include <kdb/result.hpp>
#include <kdb/users.hpp>

// Checks of requests about users. Errors name the member and the rule, and hold no password.
namespace kdb::inline v0::policy {

/// The login name of a user who may already exist. Refuses only names that can't be sent, or that would mean all users.
result<void> check_login(std::string_view login_name, const call_options& call);
/// A name and a password that its user can log in with.
result<void> check_create_user(std::string_view login_name, std::string_view password, const create_user_options& options);
result<void> check_update_user(std::string_view login_name, const update_user_options& options);
result<void> check_change_password(std::string_view login_name, std::string_view current, std::string_view next,
                                   const call_options& call);
result<void> check_reset_password(std::string_view login_name, std::string_view next, const call_options& call);

/// The login name in the credentials of a call, if they have one.
result<std::string> login_of(const std::optional<credentials>& who);

} // namespace kdb::inline v0::policy
