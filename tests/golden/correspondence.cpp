// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/correspondence.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>

namespace kdb::golden {

using nlohmann::json;

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::optional<std::uint64_t> to_position(const std::string& text) {
  auto value = std::uint64_t{0};
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::uint64_t half(const json& structured, const char* key) {
  auto found = structured.find(key);
  if (found == structured.end())
    return 0;
  auto value = found->is_string() ? std::stoll(found->get<std::string>()) : found->get<std::int64_t>();
  return static_cast<std::uint64_t>(value);
}

} // namespace

bool is_uuid(const std::string& text) {
  if (text.size() != 36)
    return false;
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    auto dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
      return false;
  }
  return true;
}

std::string uuid_text(const json& value) {
  if (!value.is_object() || value.size() != 1)
    return {};
  if (auto text = value.find("string"); text != value.end() && text->is_string())
    return lower(text->get<std::string>());
  auto structured = value.find("structured");
  if (structured == value.end() || !structured->is_object())
    return {};
  auto high = half(*structured, "most_significant_bits");
  auto low = half(*structured, "least_significant_bits");
  auto text = std::array<char, 37>{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32U),
                static_cast<unsigned>(high >> 16U & 0xFFFFU), static_cast<unsigned>(high & 0xFFFFU),
                static_cast<unsigned>(low >> 48U), static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
  return text.data();
}

void correspondence::learn_request(const json& request) {
  if (request.is_string()) {
    auto text = request.get<std::string>();
    if (is_uuid(text))
      sent_ids_.insert(lower(text));
    sent_payloads_.insert(std::move(text));
  }
  if (auto id = uuid_text(request); !id.empty())
    sent_ids_.insert(std::move(id));
  if (request.is_structured())
    for (const auto& element : request)
      learn_request(element);
}

bool correspondence::was_sent_as_id(const std::string& id) const {
  return sent_ids_.contains(lower(id));
}

bool correspondence::was_sent_as_payload(const std::string& base64) const {
  return sent_payloads_.contains(base64);
}

bool correspondence::position_fits(const std::string& recorded, const std::string& got) {
  auto key = to_position(recorded);
  auto value = to_position(got);
  if (!key || !value || *key == 0 || *key == std::numeric_limits<std::uint64_t>::max())
    return recorded == got;
  auto at = positions_.lower_bound(*key);
  if (at != positions_.end() && at->first == *key)
    return at->second == *value;
  if (at != positions_.end() && at->second <= *value)
    return false;
  if (at != positions_.begin() && std::prev(at)->second >= *value)
    return false;
  positions_.emplace_hint(at, *key, *value);
  return true;
}

std::string correspondence::with_ports(std::string text) const {
  const std::string host = "127.0.0.1:";
  for (auto at = text.find(host); at != std::string::npos; at = text.find(host, at + 1)) {
    auto begin = at + host.size();
    auto end = std::min(text.find_first_not_of("0123456789", begin), text.size());
    if (auto found = ports_.find(text.substr(begin, end - begin)); found != ports_.end())
      text.replace(begin, end - begin, found->second);
  }
  return text;
}

bool correspondence::id_fits(const std::string& recorded, const std::string& got) {
  auto there = ids_.emplace(lower(recorded), lower(got)).first;
  auto back = ids_backwards_.emplace(lower(got), lower(recorded)).first;
  return there->second == lower(got) && back->second == lower(recorded) && !was_sent_as_id(got);
}

} // namespace kdb::golden
