// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/security/password.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// A user as it is written into the user's stream.
struct user_record {
  std::string login;
  std::string full_name;
  std::vector<std::string> groups;
  password_hash password;
  bool disabled = false;

  friend bool operator==(const user_record&, const user_record&) = default;
};

/// Writes the indented JSON of a server.
std::string write_user(const user_record& user);

/// Reads it; nothing when the document is no user.
std::optional<user_record> read_user(std::string_view document);

} // namespace kdb::inline v0::development
