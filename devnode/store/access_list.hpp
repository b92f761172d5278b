// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// Logins and groups that have a right, and `$all` for everybody; nothing where another list decides.
using roles = std::optional<std::vector<std::string>>;

/// Who may do what with a stream.
struct access_list {
  roles read;
  roles write;
  roles remove;
  roles read_metadata;
  roles write_metadata;

  friend bool operator==(const access_list&, const access_list&) = default;
};

/// Reads a raw value of `$acl`; nothing when it is malformed as a whole, by an unknown key for instance. `null` is a list that decides nothing.
std::optional<access_list> parse_access_list(std::string_view value);

} // namespace kdb::inline v0::development
