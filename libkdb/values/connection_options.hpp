// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// One option of the connection string: how its value is read into the settings, and printed from them.
struct connection_option {
  std::string_view name;
  std::string_view accepted; ///< For error messages.
  /// Returns false if the value is refused.
  bool (*read)(const std::string& value, settings& into);
  /// Nothing for the default, which need not be printed.
  std::optional<std::string> (*print)(const settings& all);
};

/// An option that a client in another language has and this one does not need.
struct ignored_connection_option {
  std::string_view name;
  std::string_view reason; ///< Why it is not needed, for the warning.
};

std::span<const connection_option> connection_options();

/// Finds an option in any letter case, or returns null.
const connection_option* find_connection_option(std::string_view name);
const ignored_connection_option* find_ignored_connection_option(std::string_view name);

/// Finds the option that an unknown name probably stands for: one with at most two letters added, left out or changed. Null if there
/// is none.
const connection_option* find_similar_connection_option(std::string_view name);

/// "tls, tlsVerifyCert, …".
std::string connection_option_names();

/// "throwOnAppendFailure (appends always return their outcome), …".
std::string explain_ignored_options(const std::vector<std::string>& names);

/// Letters of ASCII in lower case, whatever the locale.
std::string in_lower_case(std::string_view text);

} // namespace kdb::inline v0
