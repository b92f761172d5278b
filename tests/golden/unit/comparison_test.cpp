// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "tests/golden/comparison.hpp"
#include "tests/golden/text_coding.hpp"

using namespace kdb::golden;
using nlohmann::json;

namespace {

struct fixture {
  // Paths of the differences between two answers given as JSON text.
  std::vector<std::string> paths(const char* expected, const char* got) {
    auto result = std::vector<std::string>{};
    for (const auto& difference : compare(json::parse(expected), json::parse(got), seen))
      result.push_back(difference.path);
    return result;
  }

  bool same(const char* expected, const char* got) { return paths(expected, got).empty(); }

  correspondence seen;
};

using strings = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(comparison, fixture)

BOOST_AUTO_TEST_CASE(equal_answers_do_not_differ) {
  BOOST_TEST(
    same(R"({"responses": [{"a": 1}], "status": {"code": "OK"}})", R"({"responses": [{"a": 1}], "status": {"code": "OK"}})"));
}

BOOST_AUTO_TEST_CASE(every_difference_is_named_by_its_path) {
  auto found = paths(R"({"responses": [{"a": {"b": "1", "c": true}}, {}]})", R"({"responses": [{"a": {"b": "2", "d": 1}}]})");
  BOOST_TEST(found == (strings{"responses[0].a.b", "responses[0].a.c", "responses[0].a.d", "responses[1]"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_absent_value_is_called_nothing) {
  auto differences = compare(json::parse(R"({"responses": [1]})"), json::parse(R"({"responses": []})"), seen);
  BOOST_REQUIRE(differences.size() == 1U);
  BOOST_TEST(differences[0].expected == "1");
  BOOST_TEST(differences[0].got == "nothing");
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_differs) {
  BOOST_TEST(!same(R"({"commit_position": "5"})", R"({"commit_position": {}})"));
  BOOST_TEST(!same(R"({"code": "5"})", R"({"code": 5})"));
}

BOOST_AUTO_TEST_CASE(positions_keep_order_and_equality) {
  BOOST_TEST(
    same(R"({"commit_position": "100", "prepare_position": "100"})", R"({"commit_position": "1", "prepare_position": "1"})"));
  BOOST_TEST(same(R"({"commit_position": "300"})", R"({"commit_position": "9"})"));
  BOOST_TEST(same(R"({"commit_position": "200"})", R"({"commit_position": "2"})"));
  BOOST_TEST(!same(R"({"commit_position": "100"})", R"({"commit_position": "2"})"));
  BOOST_TEST(!same(R"({"commit_position": "250"})", R"({"commit_position": "9"})"));
  BOOST_TEST(!same(R"({"commit_position": "250"})", R"({"commit_position": "2"})"));
}

BOOST_AUTO_TEST_CASE(the_ends_of_the_log_are_literal) {
  BOOST_TEST(!same(R"({"commit_position": "18446744073709551615"})", R"({"commit_position": "5"})"));
  BOOST_TEST(!same(R"({"commit_position": "0"})", R"({"commit_position": "5"})"));
}

BOOST_AUTO_TEST_CASE(revisions_are_literal) {
  BOOST_TEST(!same(R"({"stream_revision": "5"})", R"({"stream_revision": "6"})"));
  BOOST_TEST(!same(R"({"current_revision": "5"})", R"({"current_revision": "6"})"));
  BOOST_TEST(!same(R"({"last_known_event_position": "5"})", R"({"last_known_event_position": "6"})"));
}

BOOST_AUTO_TEST_CASE(positions_inside_text_fit_as_positions) {
  BOOST_TEST(same(R"({"last_known_event_position": "C:90/P:90"})", R"({"last_known_event_position": "C:3/P:3"})"));
  BOOST_TEST(!same(R"({"commit_position": "90"})", R"({"commit_position": "4"})"));
}

BOOST_AUTO_TEST_CASE(times_need_only_the_right_form) {
  BOOST_TEST(same(R"({"created": "17955393731989246"})", R"({"created": "17955393731000000"})"));
  BOOST_TEST(same(R"({"timestamp": "2026-11-24T16:57:03.531374Z"})", R"({"timestamp": "2027-01-01T00:00:00Z"})"));
  BOOST_TEST(!same(R"({"created": "17955393731989246"})", R"({"created": "1795539373"})"));
}

BOOST_AUTO_TEST_CASE(ids_that_were_sent_are_literal) {
  seen.learn_request(json::parse(R"({"id": {"string": "49d5ea6b-2a2b-5cbc-83e8-92401abcd639"}})"));
  BOOST_TEST(same(R"({"id": {"string": "49d5ea6b-2a2b-5cbc-83e8-92401abcd639"}})",
                  R"({"id": {"string": "49d5ea6b-2a2b-5cbc-83e8-92401abcd639"}})"));
  BOOST_TEST(!same(R"({"id": {"string": "49d5ea6b-2a2b-5cbc-83e8-92401abcd639"}})",
                   R"({"id": {"string": "00000000-2a2b-5cbc-83e8-92401abcd639"}})"));
  BOOST_TEST(!same(R"({"id": {"string": "11111111-2a2b-5cbc-83e8-92401abcd639"}})",
                   R"({"id": {"string": "49d5ea6b-2a2b-5cbc-83e8-92401abcd639"}})"));
}

BOOST_AUTO_TEST_CASE(an_id_sent_in_one_form_is_known_in_the_other) {
  seen.learn_request(json::parse(R"({"id": {"string": "01234567-89ab-cdef-fedc-ba9876543210"}})"));
  auto recorded =
    R"({"id": {"structured": {"most_significant_bits": "81985529216486895", "least_significant_bits": "-81985529216486896"}}})";
  BOOST_TEST(same(recorded, recorded));
  BOOST_TEST(!same(recorded, R"({"id": {"string": "01234567-89ab-cdef-fedc-ba9876543210"}})"));
}

BOOST_AUTO_TEST_CASE(generated_ids_stay_equal_and_distinct) {
  auto first = R"({"subscription_id": "a7a536fe-0e35-4dda-91d8-7af6c0254788"})";
  auto second = R"({"subscription_id": "b7a536fe-0e35-4dda-91d8-7af6c0254788"})";
  BOOST_TEST(same(first, R"({"subscription_id": "00000000-0000-4000-8000-000000000001"})"));
  BOOST_TEST(!same(first, R"({"subscription_id": "00000000-0000-4000-8000-000000000002"})"));
  BOOST_TEST(!same(second, R"({"subscription_id": "00000000-0000-4000-8000-000000000001"})"));
  BOOST_TEST(!same(R"({"subscription_id": "stream::group"})", R"({"subscription_id": "stream::other"})"));
  BOOST_TEST(!same(R"({"subscription_id": "c7a536fe-0e35-4dda-91d8-7af6c0254788"})", R"({"subscription_id": "none"})"));
}

BOOST_AUTO_TEST_CASE(ports_are_any_port) {
  BOOST_TEST(same(R"({"port": 2213})", R"({"port": 41234})"));
  BOOST_TEST(!same(R"({"port": 2213})", R"({"port": 0})"));
}

BOOST_AUTO_TEST_CASE(rates_need_not_even_be_there) {
  BOOST_TEST(same(R"({"average_per_second": 6})", R"({})"));
  BOOST_TEST(same(R"({})", R"({"count_since_last_measurement": "4"})"));
  BOOST_TEST(!same(R"({"total_items": "4"})", R"({})"));
}

BOOST_AUTO_TEST_CASE(payloads_are_literal) {
  BOOST_TEST(!same(R"({"data": "eyJuIjowfQ=="})", R"({"data": "eyJuIjoxfQ=="})"));
}

BOOST_AUTO_TEST_CASE(json_that_the_server_wrote_with_times_is_compared_by_content) {
  auto payload = [](const char* text) { return json{{"custom_metadata", to_base64(text)}}; };
  auto recorded = payload(R"({ "added": "2026-11-24T16:56:50.73+00:00", "reason": "why" })");
  BOOST_TEST(compare(recorded, payload(R"({"reason":"why","added":"2027-11-24T16:56:51.1+00:00"})"), seen).empty());
  BOOST_TEST(!compare(recorded, payload(R"({"reason":"who","added":"2027-11-24T16:56:51.1+00:00"})"), seen).empty());
}

BOOST_AUTO_TEST_CASE(trailers_fit_whether_percent_encoded_or_not) {
  BOOST_TEST(
    same(R"({"status": {"trailers": {"stream-name": "a b%25"}}})", R"({"status": {"trailers": {"stream-name": "a b%"}}})"));
  BOOST_TEST(!same(R"({"status": {"trailers": {"stream-name": "a"}}})", R"({"status": {"trailers": {}}})"));
}

BOOST_AUTO_TEST_CASE(rich_statuses_are_compared_by_content) {
  auto status = [](const std::string& bytes) {
    return json{{"status", {{"trailers", {{"grpc-status-details-bin", "base64:" + to_base64(bytes)}}}}}};
  };
  auto found = compare(status("\x08\x09\x12\x01"
                              "a"),
                       status("\x12\x01"
                              "b\x08\x09"),
                       seen);
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].path == "status.trailers.grpc-status-details-bin.message");
}

BOOST_AUTO_TEST_SUITE_END()
