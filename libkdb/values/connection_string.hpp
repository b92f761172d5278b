// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// Reads a connection string; pure. Errors are `invalid_connection_string` with a `bad_argument` that names the option, or
/// the part (scheme, host, port, user, password, path). Their messages never hold what could be a part of a password.
result<settings> parse_connection_string(std::string_view text);

/// The shortest connection string that reads back to these settings, as far as one can express them. A password becomes
/// `***`.
std::string print_connection_string(const settings& all);

} // namespace kdb::inline v0
