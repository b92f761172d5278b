// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <kdb/settings.hpp>

namespace kdb {

/// One option of the connection string: how its value is read into the settings, and printed from them.
struct connection_option {
  std::string_view name;
  std::string_view accepted; ///< For error messages.
  /// Returns false if the value is refused.
  bool (*read)(const std::string& value, settings& into);
  /// Nothing for the default, which need not be printed.
  std::optional<std::string> (*print)(const settings& all);
};

std::span<const connection_option> connection_options();

/// Finds an option in any letter case, or returns null.
const connection_option* find_connection_option(std::string_view name);

/// "tls, tlsVerifyCert, …".
std::string connection_option_names();

/// Letters of ASCII in lower case, whatever the locale.
std::string in_lower_case(std::string_view text);

} // namespace kdb
