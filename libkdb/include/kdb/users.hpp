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

// Users: who may log in, and the groups that access lists name. Only servers with authentication have them; others may not answer, so that
// calls without any deadline end after `silence_limit`. Passwords go to the server as they are: over TLS, or in clear where the client
// speaks without it.
namespace kdb {
inline namespace KDB_API v0 {

/// Options of a user to create.
struct create_user_options {
  /// For people.
  std::string full_name{};
  /// Names that access lists may use, "$admins" and "$ops" among them.
  std::vector<std::string> groups{};
  call_options call{};
};

/// For an update: both replace what the user had. The password stays.
struct update_user_options {
  std::string full_name{};
  std::vector<std::string> groups{}; ///< Replace all groups of the user.
  call_options call{};
};

/// A user, as the server knows it.
struct user_details {
  std::string login_name;
  std::string full_name;
  /// Names that access control lists may contain.
  std::vector<std::string> groups;
  /// Unset if the server does not say.
  std::optional<std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>> last_updated{};
  /// Can't log in.
  bool disabled = false;

  friend bool operator==(const user_details&, const user_details&) = default;
};

// -- requests ------------------------------------------------------------------------
// `user_not_found`: there is no such user. `user_conflict`: somebody else changed the user at the same time. Requests that change a user are for
// administrators, save `change_password`: others get `access_denied`. Passwords are never printed.

/// Creates a user. If the user exists with the same password, nothing changes; with another password it is `user_conflict`.
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

/// Deletes a user. The name can be used again later. Calls that are already running go on.
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

/// Disables a user. Takes effect within about a second, because servers cache logins. Calls that are already running go on.
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
  std::string current_password; ///< Has to be the right one.
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
