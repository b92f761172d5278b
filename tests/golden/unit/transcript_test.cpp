// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>

#include "tests/golden/transcript.hpp"
#include "tests/golden/wire_json.hpp"

using namespace kdb::golden;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(transcripts)

BOOST_AUTO_TEST_CASE(every_kind_of_step_is_read) {
  auto script = parse_transcript("t", json::parse(R"({"about": "a", "steps": [
    {"call": "/s/M", "requests": [{"x": 1}], "responses": [{}], "status": {"code": "OK"}, "save": {"c": "0.y"},
     "metadata": [["k", "v"]], "anonymous": true},
    {"open": "o", "call": "/s/M", "requests": []},
    {"send": "o", "request": {"x": 2}},
    {"take": "o", "count": 3, "responses": [], "timed_out": true},
    {"end": "o", "responses": [], "status": {"code": "CANCELLED"}},
    {"cancel": "o"},
    {"sleep_ms": 20}]})"));
  BOOST_TEST(script.about == "a");
  BOOST_REQUIRE(script.steps.size() == 7U);
  for (auto i = std::size_t{0}; i < script.steps.size(); ++i)
    BOOST_TEST(script.steps[i].index() == i);
  const auto& call = std::get<call_step>(script.steps[0]);
  BOOST_TEST(call.start.anonymous);
  BOOST_TEST(call.start.metadata.at(0).second == "v");
  BOOST_TEST(call.save.at("c") == "0.y");
  BOOST_TEST(std::get<take_step>(script.steps[3]).expected["timed_out"].get<bool>());
  BOOST_TEST(std::get<sleep_step>(script.steps[6]).duration.count() == 20);
}

BOOST_AUTO_TEST_CASE(an_unknown_kind_of_step_is_refused_by_number) {
  auto content = json::parse(R"({"steps": [{"cancel": "a"}, {"dance": "b"}]})");
  BOOST_CHECK_EXCEPTION(parse_transcript("t", content), std::runtime_error,
                        [](const auto& e) { return std::string{e.what()}.starts_with("t, step 1: "); });
}

BOOST_AUTO_TEST_CASE(a_recorded_batch_append_error_takes_our_shape) {
  auto script = parse_transcript("t", json::parse(R"({"steps": [{"take": "b", "count": 1, "responses": [
    {"error": {"code": "NOT_FOUND", "details": {"@type": "x"}}}]}]})"));
  const auto& error = std::get<take_step>(script.steps[0]).expected["responses"][0]["error"];
  BOOST_TEST(error["code"].get<int>() == 5);
  BOOST_TEST(error["details"].is_array());
}

// Holds the wire definitions against the recordings: an unknown field or a wrong type would not get through.
BOOST_AUTO_TEST_CASE(every_recorded_message_fits_the_wire_definitions) {
  auto fits = [](const std::string& message, const json& value) { BOOST_CHECK_NO_THROW(to_wire(message, value)); };
  auto comes_back = [](const std::string& message, const answer& expected) {
    for (const auto& response : expected["responses"])
      BOOST_TEST((from_wire(message, to_wire(message, response)) == response), response.dump());
  };
  for (const auto& entry : std::filesystem::directory_iterator{std::filesystem::path{KDB_GOLDEN_DIR} / "open"}) {
    auto shapes = std::map<std::string, method_shape>{};
    for (const auto& content : load_transcript(entry.path()).steps) {
      if (const auto* call = std::get_if<call_step>(&content)) {
        comes_back(find_method(call->start.method).response, call->expected);
        for (const auto& request : call->start.requests)
          if (request.dump().find("${") == std::string::npos)
            fits(find_method(call->start.method).request, request);
      } else if (const auto* open = std::get_if<open_step>(&content)) {
        shapes[open->name] = find_method(open->start.method);
      } else if (const auto* send = std::get_if<send_step>(&content)) {
        fits(shapes.at(send->name).request, send->request);
      } else if (const auto* take = std::get_if<take_step>(&content)) {
        comes_back(shapes.at(take->name).response, take->expected);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
