// SPDX-License-Identifier: Apache-2.0
#include "devnode/security/user_record.hpp"

#include "devnode/store/json.hpp"

namespace kdb::inline v0::development {
namespace {

std::string group_list(const std::vector<std::string>& groups) {
  if (groups.empty())
    return "[]";
  std::string text;
  for (auto& group : groups)
    text += (text.empty() ? "[\n    " : ",\n    ") + quoted(group);
  return text + "\n  ]";
}

bool read_groups(std::string_view value, std::vector<std::string>& groups) {
  auto elements = parse_array(value);
  if (!elements)
    return value == "null";
  for (auto element : *elements) {
    auto group = parse_string(element);
    if (!group)
      return false;
    groups.push_back(*std::move(group));
  }
  return true;
}

bool read_text(std::string_view value, std::string& text) {
  auto parsed = parse_string(value);
  text = parsed.value_or("");
  return parsed || value == "null";
}

bool read_member(const json_member& member, user_record& user) {
  auto& [key, raw, value] = member;
  if (key == "loginName")
    return read_text(value, user.login);
  if (key == "fullName")
    return read_text(value, user.full_name);
  if (key == "groups")
    return read_groups(value, user.groups);
  if (key == "hash")
    return read_text(value, user.password.hash);
  if (key == "salt")
    return read_text(value, user.password.salt);
  if (key == "disabled")
    user.disabled = value == "true";
  return true;
}

} // namespace

std::string write_user(const user_record& user) {
  std::string text = "{\n  \"loginName\": " + quoted(user.login);
  text += ",\n  \"fullName\": " + quoted(user.full_name);
  text += ",\n  \"groups\": " + group_list(user.groups);
  text += ",\n  \"hash\": " + quoted(user.password.hash);
  text += ",\n  \"salt\": " + quoted(user.password.salt);
  if (user.disabled)
    text += ",\n  \"disabled\": true";
  return text + "\n}";
}

std::optional<user_record> read_user(std::string_view document) {
  auto members = parse_object(document);
  if (!members)
    return std::nullopt;
  user_record user;
  for (auto& member : *members)
    if (!read_member(member, user))
      return std::nullopt;
  return user;
}

} // namespace kdb::inline v0::development
