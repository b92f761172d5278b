// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/access_list.hpp"

#include "devnode/store/json.hpp"

namespace kdb::inline v0::development {
namespace {

roles* right_of(access_list& list, std::string_view key) {
  if (key == "$r")
    return &list.read;
  if (key == "$w")
    return &list.write;
  if (key == "$d")
    return &list.remove;
  if (key == "$mr")
    return &list.read_metadata;
  return key == "$mw" ? &list.write_metadata : nullptr;
}

bool read_roles(std::string_view value, roles& into) {
  if (value == "null")
    return true;
  if (auto role = parse_string(value)) {
    into.emplace().push_back(*std::move(role));
    return true;
  }
  auto elements = parse_array(value);
  if (!elements)
    return false;
  into.emplace();
  for (auto element : *elements) {
    auto role = parse_string(element);
    if (!role)
      return false;
    into->push_back(*std::move(role));
  }
  return true;
}

} // namespace

std::optional<access_list> parse_access_list(std::string_view value) {
  access_list list;
  if (value == "null")
    return list;
  auto rights = parse_object(value);
  if (!rights)
    return std::nullopt;
  for (auto& [key, raw, who] : *rights) {
    auto right = right_of(list, key);
    if (!right || !read_roles(who, *right))
      return std::nullopt;
  }
  return list;
}

} // namespace kdb::inline v0::development
