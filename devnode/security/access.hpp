// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/security/caller.hpp"
#include "devnode/store/access_list.hpp"

#include <string_view>

namespace kdb::inline v0::development {

/// What is done with a stream.
enum class stream_action { read, write, remove };

/// What an operation that is not about one stream demands of its caller.
enum class demanded_role {
  none,  ///< Not even credentials; or the operation looks for itself.
  user,  ///< Any user.
  ops,   ///< Group `$ops` or `$admins`.
  admin, ///< Group `$admins`.
};

/// The lists for streams that have none of their own: those of the event in `$settings`, if they are there.
struct access_defaults {
  access_list user_streams;
  access_list system_streams; ///< Names that begin with `$`.
};

/// Reads an event of `$settings`; what is malformed decides nothing.
access_defaults parse_access_defaults(std::string_view document);

/// Whether `who` may do `action` with `stream`, which is `$all` for all events. `own` is the list of the stream that `governed_by` names, or
/// null. Pure.
bool may(const caller& who, stream_action action, std::string_view stream, const access_list* own,
         const access_defaults& defaults);

/// Whether `who` may do what demands `role`. Pure.
bool may(const caller& who, demanded_role role);

/// The stream whose list decides: a metastream has none.
constexpr std::string_view governed_by(std::string_view stream) {
  return stream.starts_with("$$") ? stream.substr(2) : stream;
}

} // namespace kdb::inline v0::development
