// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/users.hpp"

#include <utility>

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/values/settings_ranges.hpp"

namespace kdb::inline v0::policy {
namespace {

constexpr std::string_view login = "login_name";

/// With an empty one the server takes the request, and nobody can log in afterwards.
result<void> check_password(const char* name, std::string_view password) {
  if (password.empty())
    return refuse(name, "is empty", "a password in UTF-8 that is not empty");
  if (!ranges::is_password(password))
    return refuse(name, "can't be sent", ranges::password);
  return {};
}

template <class Options>
result<void> check_profile(const Options& options) {
  for (std::size_t i = 0; i < options.groups.size(); ++i)
    if (auto fine = check_name("groups[" + std::to_string(i) + "]", options.groups[i], "a name in UTF-8 that is not empty");
        !fine)
      return fine;
  return check_text("full_name", options.full_name, "a name in UTF-8").and_then([&] { return check_call(options.call); });
}

} // namespace

result<void> check_login(std::string_view login_name, const call_options& call) {
  return check_name(std::string{login}, login_name, "the name of a user in UTF-8").and_then([&] { return check_call(call); });
}

result<void> check_create_user(std::string_view login_name, std::string_view password, const create_user_options& options) {
  if (!ranges::is_user(login_name)) // Nobody could log in with it: credentials are sent as "user:password".
    return refuse(std::string{login}, "is no name to log in with", ranges::user);
  return check_password("password", password).and_then([&] { return check_profile(options); });
}

result<void> check_update_user(std::string_view login_name, const update_user_options& options) {
  return check_login(login_name, options.call).and_then([&] { return check_profile(options); });
}

result<void> check_change_password(std::string_view login_name, std::string_view current, std::string_view next,
                                   const call_options& call) {
  return check_login(login_name, call).and_then([&] { return check_password("current_password", current); }).and_then([&] {
    return check_password("new_password", next);
  });
}

result<void> check_reset_password(std::string_view login_name, std::string_view next, const call_options& call) {
  return check_login(login_name, call).and_then([&] { return check_password("new_password", next); });
}

result<std::string> login_of(const std::optional<credentials>& who) {
  constexpr std::string_view accepted = "user and password, with the call or in the settings";
  if (!who)
    return refuse("credentials", "are missing, or not sent without TLS, so that there is no current user", accepted);
  if (who->is_bearer())
    return refuse("credentials", "are a token, which does not name its user", accepted);
  return who->user();
}

} // namespace kdb::inline v0::policy
