// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/access.hpp"

#include "devnode/store/json.hpp"

#include <algorithm>

namespace kdb::inline v0::development {
namespace {

using kind = caller::kind;

bool has_role(const caller& who, std::string_view role) {
  return role == "$all" || role == who.login || std::ranges::find(who.groups, role) != who.groups.end();
}

bool administers(const caller& who) {
  return who.is == kind::system || (who.is == kind::user && (who.login == "admin" || has_role(who, "$admins")));
}

using right = roles access_list::*;

right right_for(stream_action action, bool metastream) {
  switch (action) {
    case stream_action::read: return metastream ? &access_list::read_metadata : &access_list::read;
    case stream_action::write: return metastream ? &access_list::write_metadata : &access_list::write;
    case stream_action::remove: break;
  }
  return &access_list::remove;
}

} // namespace

access_defaults parse_access_defaults(std::string_view document) {
  access_defaults defaults;
  auto members = parse_object(document);
  if (!members)
    return defaults;
  for (auto& [key, raw, value] : *members) {
    if (key == "$userStreamAcl")
      defaults.user_streams = parse_access_list(value).value_or(access_list{});
    if (key == "$systemStreamAcl")
      defaults.system_streams = parse_access_list(value).value_or(access_list{});
  }
  return defaults;
}

bool may(const caller& who, stream_action action, std::string_view stream, const access_list* own,
         const access_defaults& defaults) {
  bool metastream = stream.starts_with("$$");
  if (action != stream_action::read && (stream.empty() || stream == "$all"))
    return false;
  if (action == stream_action::remove && metastream)
    return false; // it goes with its stream
  if (administers(who))
    return true;
  if (who.is == kind::anonymous)
    return false;
  auto wanted = right_for(action, metastream);
  bool system = governed_by(stream).starts_with('$');
  auto& general = system ? defaults.system_streams : defaults.user_streams;
  const auto& decides = own && own->*wanted ? own->*wanted : general.*wanted;
  if (!decides)
    return !system;
  return std::ranges::any_of(*decides, [&](auto& role) { return has_role(who, role); });
}

bool may(const caller& who, demanded_role role) {
  switch (role) {
    case demanded_role::none: return true;
    case demanded_role::user: return who.is != kind::anonymous;
    case demanded_role::ops: return administers(who) || (who.is == kind::user && (who.login == "ops" || has_role(who, "$ops")));
    case demanded_role::admin: return administers(who);
  }
  return false;
}

} // namespace kdb::inline v0::development
