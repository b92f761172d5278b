// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/allowed_differences.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace kdb::golden {

using nlohmann::json;

namespace {

// "responses[0].methods" is the JSON pointer "/responses/0/methods".
json::json_pointer pointer_to(const std::string& path) {
  auto result = std::string{"/"};
  for (auto character : path) {
    if (character == '.' || character == '[')
      result += '/';
    else if (character != ']')
      result += character;
  }
  return json::json_pointer{result};
}

json recorded_elements_that_came(const json& recorded, const json& got) {
  auto result = json::array();
  for (const auto& element : recorded)
    if (std::find(got.begin(), got.end(), element) != got.end())
      result.push_back(element);
  return result;
}

} // namespace

std::vector<allowed_difference> parse_allowed_differences(const json& content) {
  auto result = std::vector<allowed_difference>{};
  for (const auto& entry : content) {
    auto subset = entry.value("subset", false);
    auto any = entry.value("any", false);
    if (subset + any + entry.contains("instead") != 1 || entry.value("reason", "").empty())
      throw std::runtime_error{"an allowed difference needs a reason, and one of \"instead\", \"subset\" and \"any\": " +
                               entry.dump()};
    result.push_back({.transcript = entry.at("transcript").get<std::string>(),
                      .step = entry.at("step").get<std::size_t>(),
                      .path = entry.at("path").get<std::string>(),
                      .instead = subset || any ? json{} : entry.at("instead"),
                      .subset = subset,
                      .any = any,
                      .reason = entry.at("reason").get<std::string>()});
  }
  return result;
}

std::vector<allowed_difference> load_allowed_differences(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  if (!in)
    throw std::runtime_error{"cannot read " + file.string()};
  return parse_allowed_differences(json::parse(in));
}

answer with_difference(answer expected, const answer& got, const allowed_difference& allowed) {
  auto place = pointer_to(allowed.path);
  if (allowed.any) {
    if (got.contains(place))
      expected[place] = got[place];
  } else if (allowed.subset) {
    if (expected.contains(place) && got.contains(place))
      expected[place] = recorded_elements_that_came(expected[place], got[place]);
  } else if (!allowed.instead.is_null()) {
    expected[place] = allowed.instead;
  } else if (expected.contains(place)) {
    auto& parent = expected[place.parent_pointer()];
    if (parent.is_array())
      parent.erase(std::stoul(place.back()));
    else
      parent.erase(place.back());
  }
  return expected;
}

void disregard(const allowed_difference& allowed, answer& expected, answer& got) {
  auto place = pointer_to(allowed.path);
  if (got.contains(place))
    expected[place] = got[place] = nullptr;
}

bool was_needed(const allowed_difference& allowed, const std::vector<mismatch>& against_recording) {
  return std::any_of(against_recording.begin(), against_recording.end(), [&](const mismatch& difference) {
    auto end = allowed.path.size();
    return difference.path.starts_with(allowed.path) &&
           (difference.path.size() == end || difference.path[end] == '.' || difference.path[end] == '[');
  });
}

} // namespace kdb::golden
