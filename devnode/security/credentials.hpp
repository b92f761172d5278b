// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

struct credentials {
  std::string login;
  std::string password;
};

/// Reads the header `authorization`: `Basic` or `Bearer`, in just these letters, and login, `:` and password in base64. Nothing when it is anything
/// else, which a server takes for no credentials.
std::optional<credentials> parse_authorization(std::string_view header);

} // namespace kdb::inline v0::development
