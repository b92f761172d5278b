// SPDX-License-Identifier: Apache-2.0
#include <kdb/stream_metadata.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0 {

namespace {

using nlohmann::json;

constexpr auto largest_number = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr std::uint64_t soft_deleted = largest_number;

/// The server counts in ticks of 100 ns, and takes metadata with a longer time for none at all.
constexpr std::chrono::seconds longest_span{922'337'203'685};

struct acl_member {
  const char* key;
  std::optional<std::vector<std::string>> stream_acl::*roles;
};
constexpr acl_member acl_members[] = {{"$r", &stream_acl::read},
                                      {"$w", &stream_acl::write},
                                      {"$d", &stream_acl::remove},
                                      {"$mr", &stream_acl::read_metadata},
                                      {"$mw", &stream_acl::write_metadata}};

unexpected refuse(std::string key, std::string accepted) {
  auto message = "'" + key + "' has a wrong value; give " + accepted;
  return unexpected(
    {.code = errc::invalid_argument, .message = std::move(message), .detail = bad_argument{std::move(key), std::move(accepted)}});
}

/// Whoever nests deeper wants to harm: what writes the text again recurses.
constexpr int deepest = 256;

/// Discarded if it is no JSON, or nested too deep.
json parse_json(std::string_view text) {
  auto too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;
  };
  auto parsed = json::parse(text.begin(), text.end(), watch, false);
  return too_deep ? json(json::value_t::discarded) : parsed;
}

result<json> parse_object(std::string_view text, std::string problem) {
  auto parsed = parse_json(text);
  if (parsed.is_discarded() || !parsed.is_object())
    return refuse(std::move(problem), "a JSON object");
  return parsed;
}

// -- reading ------------------------------------------------------------------------------

result<stream_acl> read_acl(const std::string& where, const json& value) {
  if (!value.is_object())
    return refuse(where, "an object of rights");
  stream_acl acl;
  for (const auto& [key, roles] : value.items()) {
    const auto* known = std::find_if(std::begin(acl_members), std::end(acl_members),
                                     [&name = key](const acl_member& each) { return name == each.key; });
    if (known == std::end(acl_members))
      return refuse(where + "." + key, "only $r, $w, $d, $mr and $mw");
    auto& target = (acl.*known->roles).emplace();
    if (roles.is_string()) {
      target.push_back(roles.get<std::string>());
      continue;
    }
    if (!roles.is_array())
      return refuse(where + "." + key, "a name or a list of names");
    for (const auto& role : roles) {
      if (!role.is_string())
        return refuse(where + "." + key, "a name or a list of names");
      target.push_back(role.get<std::string>());
    }
  }
  return acl;
}

/// A whole number the server can hold. Those below `least` are ignored, as the server does.
result<std::optional<std::uint64_t>> read_number(const std::string& key, const json& value, std::int64_t least) {
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > largest_number))
    return refuse(key, "a whole number up to 2^63-1");
  const auto number = value.get<std::int64_t>();
  return number < least ? std::nullopt : std::optional{static_cast<std::uint64_t>(number)};
}

result<void> read_key(stream_metadata& into, const std::string& key, const json& value) {
  if (key == "$acl") {
    auto acl = read_acl(key, value);
    if (!acl)
      return unexpected{std::move(acl.error())};
    into.acl = std::move(*acl);
    return {};
  }
  if (key != "$maxCount" && key != "$maxAge" && key != "$tb" && key != "$cacheControl") {
    into.custom.emplace(key, value.dump());
    return {};
  }
  const auto number = read_number(key, value, key == "$tb" ? 0 : 1);
  if (!number)
    return unexpected{number.error()};
  if (!*number)
    return {};
  const std::chrono::seconds span{static_cast<std::int64_t>(**number)};
  if ((key == "$maxAge" || key == "$cacheControl") && span > longest_span)
    return refuse(key, "up to 922337203685 seconds");
  if (key == "$maxCount")
    into.max_count = **number;
  else if (key == "$maxAge")
    into.max_age = span;
  else if (key == "$cacheControl")
    into.cache_control = span;
  else
    into.truncate_before = stream_revision{**number};
  return {};
}

// -- writing ------------------------------------------------------------------------------

result<void> write_acl(json& object, const char* key, const std::optional<stream_acl>& acl) {
  if (!acl)
    return {};
  auto& rights = object[key] = json::object();
  for (const auto& [right, roles] : acl_members) {
    if (!((*acl).*roles))
      continue;
    const auto& names = *((*acl).*roles);
    if (!std::all_of(names.begin(), names.end(), is_utf8))
      return refuse(std::string{key} + "." + right, "names in UTF-8");
    rights[right] = names;
  }
  return {};
}

result<void> write_span(json& object, const char* key, const char* member, std::optional<std::chrono::seconds> span) {
  if (!span)
    return {};
  if (span->count() < 1 || *span > longest_span)
    return refuse(member, "1 to 922337203685 seconds");
  object[key] = span->count();
  return {};
}

result<void> write_custom(json& object, const stream_metadata& metadata) {
  for (const auto& [key, text] : metadata.custom) {
    if (object.contains(key) || key == "$maxCount" || key == "$maxAge" || key == "$tb" || key == "$cacheControl" || key == "$acl")
      return refuse("custom." + key, "the member of that meaning");
    if (!is_utf8(key))
      return refuse("custom", "keys in UTF-8");
    auto value = parse_json(text);
    if (value.is_discarded())
      return refuse("custom." + key, "JSON text in UTF-8, nested at most " + std::to_string(deepest) + " deep");
    object[key] = std::move(value);
  }
  return {};
}

} // namespace

bool stream_metadata::is_soft_deleted() const {
  return truncate_before == stream_revision{soft_deleted};
}

result<stream_metadata> parse_stream_metadata(std::string_view text) {
  auto object = parse_object(text, "metadata");
  if (!object)
    return unexpected{std::move(object.error())};
  stream_metadata metadata;
  for (const auto& [key, value] : object->items())
    if (auto read = read_key(metadata, key, value); !read)
      return unexpected{std::move(read.error())};
  return metadata;
}

result<std::string> to_json(const stream_metadata& metadata) {
  auto object = json::object();
  if (metadata.max_count) {
    if (*metadata.max_count < 1 || *metadata.max_count > largest_number)
      return refuse("max_count", "1 to 2^63-1");
    object["$maxCount"] = *metadata.max_count;
  }
  if (auto written = write_span(object, "$maxAge", "max_age", metadata.max_age); !written)
    return unexpected{std::move(written.error())};
  if (metadata.truncate_before) {
    if (metadata.truncate_before->value > largest_number)
      return refuse("truncate_before", "a revision up to 2^63-1");
    object["$tb"] = metadata.truncate_before->value;
  }
  if (auto written = write_span(object, "$cacheControl", "cache_control", metadata.cache_control); !written)
    return unexpected{std::move(written.error())};
  if (auto written = write_acl(object, "$acl", metadata.acl); !written)
    return unexpected{std::move(written.error())};
  if (auto written = write_custom(object, metadata); !written)
    return unexpected{std::move(written.error())};
  return object.dump();
}

result<system_settings> parse_system_settings(std::string_view text) {
  auto object = parse_object(text, "settings");
  if (!object)
    return unexpected{std::move(object.error())};
  system_settings all;
  for (const auto& [key, member] : {std::pair{"$userStreamAcl", &system_settings::user_stream_acl},
                                    std::pair{"$systemStreamAcl", &system_settings::system_stream_acl}}) {
    if (!object->contains(key))
      continue;
    auto acl = read_acl(key, (*object)[key]);
    if (!acl)
      return unexpected{std::move(acl.error())};
    all.*member = std::move(*acl);
  }
  return all;
}

result<std::string> to_json(const system_settings& all) {
  auto object = json::object();
  if (auto written = write_acl(object, "$userStreamAcl", all.user_stream_acl); !written)
    return unexpected{std::move(written.error())};
  if (auto written = write_acl(object, "$systemStreamAcl", all.system_stream_acl); !written)
    return unexpected{std::move(written.error())};
  return object.dump();
}

} // namespace kdb::inline v0
