#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <vector>

#include <kdb/call_options.hpp>

// Users: who may log in, and the groups that access lists name. Only servers with authentication have them; others may not answer, so that
// calls without any deadline end after `silence_limit`. Passwords go to the server as they are: over TLS, or in clear where the client
// speaks without it.
namespace kdb {

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
  std::vector<std::string> groups{};
  call_options call{};
};

/// A user, as the server knows it.
struct user_details {
  std::string login_name;
  std::string full_name;
  std::vector<std::string> groups;
  /// Unset if the server does not say.
  std::optional<std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>> last_updated{};
  /// Can't log in.
  bool disabled = false;

  friend bool operator==(const user_details&, const user_details&) = default;
};

} // namespace kdb
