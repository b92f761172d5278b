// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/stream_metadata.hpp"

#include "devnode/store/json.hpp"

namespace kdb::inline v0::development {
namespace {

// Reads one known key into `metadata`; false when its value has the wrong type.
bool read_member(const json_member& member, stream_metadata& metadata) {
  auto& [key, raw, value] = member;
  if (key == "$acl") {
    auto list = parse_access_list(value);
    if (list)
      metadata.access = std::make_shared<const access_list>(*std::move(list));
    return list.has_value();
  }
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

bool operator==(const stream_metadata& left, const stream_metadata& right) {
  bool same_access = left.access && right.access ? *left.access == *right.access : left.access == right.access;
  return same_access && left.max_count == right.max_count && left.max_age == right.max_age &&
         left.truncate_before == right.truncate_before;
}

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

} // namespace kdb::inline v0::development
