// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>

// Users, who may log in, and their groups, which access control lists may name. Only servers with authentication have users; others may
// not answer, so calls without a deadline end after `silence_limit`. Passwords are sent unencrypted unless the connection uses TLS.
namespace kdb {
inline namespace KDB_API v0 {

/// Options of a user to create.
struct create_user_options {
  /// The full name, for people.
  std::string full_name{};
  /// The groups of the user, for example "$admins" or "$ops". Access control lists may name them.
  std::vector<std::string> groups{};
  call_options call{};
};

/// Options of an update, which replaces the full name and all groups. The password stays.
struct update_user_options {
  std::string full_name{};
  std::vector<std::string> groups{}; ///< Replace all groups of the user.
  call_options call{};
};

/// A user, as the server knows it.
struct user_details {
  std::string login_name;
  std::string full_name;
  /// The groups of the user.
  std::vector<std::string> groups;
  /// When the user was last changed. Unset if the server does not tell it.
  std::optional<std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>> last_updated{};
  /// Whether the user can't log in.
  bool disabled = false;

  friend bool operator==(const user_details&, const user_details&) = default;
};

// -- requests ------------------------------------------------------------------------
// `user_not_found`: there is no such user. `user_conflict`: somebody else changed the user at the same time. Requests that change a user,
// except `change_password`, are for members of `$admins`: others get `access_denied`. Passwords are never printed.

/// Creates a user. No effect if the user exists with the same password; `user_conflict` if it exists with another one.
struct create_user {
  using answer = void;
  std::string login_name;
  std::string password; ///< The first password.
  create_user_options options{};
};

/// Replaces the full name and the groups of a user.
struct update_user {
  using answer = void;
  std::string login_name;
  update_user_options options{};
};

/// Deletes a user. The name can be used again later. Running calls continue.
struct delete_user {
  using answer = void;
  std::string login_name;
  call_options call{};
};

/// Enables a user.
struct enable_user {
  using answer = void;
  std::string login_name;
  call_options call{};
};

/// Disables a user. Takes effect within about a second, because servers cache logins. Running calls continue.
struct disable_user {
  using answer = void;
  std::string login_name;
  call_options call{};
};

/// Returns one user.
struct get_user {
  using answer = user_details;
  std::string login_name;
  call_options call{};
};

/// Returns the user whose credentials the call is sent with: those of the call, else the client's. `invalid_argument` if there are none,
/// or if they are a token, which does not name its user.
struct get_current_user {
  using answer = user_details;
  call_options call{};
};

/// Lists all users in the order of their login names.
struct list_users {
  using answer = std::vector<user_details>;
  call_options call{};
};

/// Changes a password. `access_denied` if the current password is wrong. The client keeps its own credentials: after a change of its
/// own password, make a new client.
struct change_password {
  using answer = void;
  std::string login_name;
  std::string current_password; ///< The current password.
  std::string new_password;     ///< Replaces the current one.
  call_options call{};
};

/// Sets the password of a user without asking for the current one.
struct reset_password {
  using answer = void;
  std::string login_name;
  std::string new_password; ///< Replaces the current one.
  call_options call{};
};

// For logs: `***` in place of passwords.
std::string to_string(const create_user& request);
std::string to_string(const change_password& request);
std::string to_string(const reset_password& request);

} // namespace v0
} // namespace kdb
