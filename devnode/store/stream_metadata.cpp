#include "store/stream_metadata.hpp"

#include "store/json.hpp"

#include <algorithm>

namespace kdb::development {
namespace {

bool valid_right(std::string_view value) {
  if (value == "null" || parse_string(value))
    return true;
  auto roles = parse_array(value);
  if (!roles)
    return false;
  return std::ranges::all_of(*roles, [](std::string_view role) { return parse_string(role).has_value(); });
}

bool valid_acl(std::string_view value) {
  if (value == "null")
    return true;
  auto rights = parse_object(value);
  if (!rights)
    return false;
  return std::ranges::all_of(*rights, [](const json_member& right) {
    auto& key = right.key;
    bool known = key == "$r" || key == "$w" || key == "$d" || key == "$mr" || key == "$mw";
    return known && valid_right(right.value);
  });
}

// Reads one known key into `metadata`; false when its value has the wrong type.
bool read_member(const json_member& member, stream_metadata& metadata) {
  auto& [key, raw, value] = member;
  if (key == "$acl")
    return valid_acl(value);
  if (key == "$tmp")
    return value == "true" || value == "false";
  bool count = key == "$maxCount", age = key == "$maxAge", before = key == "$tb";
  if (!count && !age && !before && key != "$cacheControl")
    return true;
  auto number = parse_integer(value);
  if (!number)
    return false;
  if (count && *number > 0)
    metadata.max_count = number;
  if (age && *number > 0)
    metadata.max_age = number;
  if (before && *number >= 0)
    metadata.truncate_before = number;
  return true;
}

} // namespace

stream_metadata parse_metadata(std::string_view data, bool json) {
  auto members = json ? parse_object(data) : std::nullopt;
  if (!members)
    return {};
  stream_metadata metadata;
  for (auto& member : *members)
    if (!read_member(member, metadata))
      return {};
  return metadata;
}

std::optional<std::string> with_truncate_before(std::string_view data, std::int64_t revision) {
  auto members = parse_object(data);
  if (!members)
    return std::nullopt;
  std::string text = "{";
  for (auto& member : *members) {
    if (member.key == "$tb")
      continue;
    text.append(member.raw_key).append(":").append(member.value).append(",");
  }
  return text + "\"$tb\":" + std::to_string(revision) + "}";
}

} // namespace kdb::development
