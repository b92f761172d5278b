// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/transcript.hpp"

#include <fstream>
#include <stdexcept>

#include "tests/golden/status_code.hpp"

namespace kdb::golden {

using nlohmann::json;

namespace {

// The recorder's server declares the status of a batch append with the code as an enum and a single detail; on the wire
// that is the same as our number and list, but as JSON it is not.
void use_our_status_shape(json& value) {
  if (value.is_structured())
    for (auto& element : value)
      use_our_status_shape(element);
  if (!value.is_object() || !value.contains("error"))
    return;
  auto& error = value["error"];
  if (auto code = error.find("code"); code != error.end() && code->is_string())
    *code = status_code_number(code->get<std::string>());
  if (auto details = error.find("details"); details != error.end() && details->is_object())
    *details = json::array({*details});
}

answer expected_answer(const json& content) {
  auto result = json{{"responses", content.value("responses", json::array())}};
  use_our_status_shape(result["responses"]);
  if (content.contains("status")) {
    result["status"] = content["status"];
    result["status"].erase("details"); // the trailer says the same
  }
  if (content.value("timed_out", false))
    result["timed_out"] = true;
  return result;
}

call_start read_start(const json& content) {
  auto result = call_start{.method = content.at("call").get<std::string>()};
  result.node = content.value("node", "");
  result.requests = content.value("requests", std::vector<json>{});
  for (const auto& header : content.value("metadata", json::array()))
    result.metadata.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
  result.anonymous = content.value("anonymous", false);
  return result;
}

step read_step(const json& content) {
  auto text = [&](const char* key) { return content.at(key).get<std::string>(); };
  if (content.contains("open"))
    return open_step{text("open"), read_start(content)};
  if (content.contains("call"))
    return call_step{read_start(content), expected_answer(content), content.value("save", std::map<std::string, std::string>{})};
  if (content.contains("send"))
    return send_step{text("send"), content.at("request")};
  if (content.contains("take"))
    return take_step{text("take"), content.at("count").get<std::size_t>(), expected_answer(content)};
  if (content.contains("end"))
    return end_step{text("end"), expected_answer(content)};
  if (content.contains("cancel"))
    return cancel_step{text("cancel")};
  if (content.contains("sleep_ms"))
    return sleep_step{std::chrono::milliseconds{content.at("sleep_ms").get<int>()}};
  throw std::runtime_error{"unknown kind of step: " + content.dump()};
}

} // namespace

transcript parse_transcript(std::string name, const json& content) {
  auto result = transcript{.name = std::move(name), .about = content.value("about", "")};
  for (const auto& [node, address] : content.value("nodes", std::map<std::string, std::string>{}))
    result.ports[node] = address.substr(address.rfind(':') + 1);
  for (const auto& element : content.at("steps")) {
    try {
      result.steps.push_back(read_step(element));
    } catch (const std::exception& problem) {
      throw std::runtime_error{result.name + ", step " + std::to_string(result.steps.size()) + ": " + problem.what()};
    }
  }
  return result;
}

transcript load_transcript(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  if (!in)
    throw std::runtime_error{"cannot read " + file.string()};
  auto content = json::parse(in, nullptr, false);
  if (content.is_discarded())
    throw std::runtime_error{file.string() + " is not JSON"};
  return parse_transcript(file.stem().string(), content);
}

} // namespace kdb::golden
