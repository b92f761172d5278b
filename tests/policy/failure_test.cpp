// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "libkdb/policy/failure.hpp"

using kdb::errc;
using kdb::policy::failure_decision;
using kdb::policy::node_action;
using kdb::policy::request_kind;
using kdb::policy::retry_safety;

namespace kdb::inline v0::policy {

std::ostream& operator<<(std::ostream& out, const failure_decision& what) {
  return out << to_string(what.node) << ", " << to_string(what.retry) << (what.is_final ? ", final" : "");
}

} // namespace kdb::inline v0::policy

namespace {

/// The table of failures as it should be: what each code means for the node, whether it ends a subscription, and whether
/// the request may have had its effect.
struct row {
  errc code;
  node_action node;
  bool is_final;
  bool may_have_happened;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << kdb::to_string(one.code);
}

constexpr auto stay = node_action::stay;
constexpr auto check = node_action::check;
constexpr auto rediscover = node_action::rediscover;
constexpr auto follow = node_action::follow_leader;

const std::vector<row> table{
  {errc::invalid_argument, stay, true, false},
  {errc::invalid_connection_string, stay, true, false},
  {errc::event_too_large, stay, true, false},
  {errc::append_too_large, stay, true, false},
  {errc::message_too_large, stay, true, false},
  {errc::read_too_large, stay, true, false},
  {errc::wrong_expected_version, stay, true, false},
  {errc::stream_not_found, stay, true, false},
  {errc::stream_deleted, stay, true, false},
  {errc::invalid_position, stay, true, false},
  {errc::index_not_found, stay, true, false},
  {errc::unauthenticated, stay, true, false},
  {errc::access_denied, stay, true, false},
  {errc::group_not_found, stay, true, false},
  {errc::group_exists, stay, true, false},
  {errc::group_failed, stay, true, false},
  {errc::group_dropped, stay, false, false},
  {errc::maximum_subscribers, stay, false, false},
  {errc::user_not_found, stay, true, false},
  {errc::user_conflict, stay, false, false},
  {errc::scavenge_not_found, stay, true, false},
  {errc::projection_not_found, stay, true, false},
  {errc::projection_exists, stay, true, false},
  {errc::projection_failed, stay, true, false},
  {errc::not_leader, follow, false, false},
  {errc::not_ready, rediscover, false, false},
  {errc::too_busy, stay, false, false},
  {errc::server_timeout, stay, false, true},
  {errc::server_stopping, rediscover, false, true},
  {errc::consumer_too_slow, stay, false, false},
  {errc::unavailable, rediscover, false, true},
  {errc::discovery_failed, stay, false, false},
  {errc::deadline_exceeded, stay, false, true},
  {errc::cancelled, stay, true, true},
  {errc::closed, stay, true, true},
  {errc::tls_failed, stay, false, false},
  {errc::unsupported, stay, true, false},
  {errc::server_error, check, false, true},
  {errc::protocol_error, stay, true, true},
  {errc::subscriber_failed, stay, true, false},
  {errc::internal, stay, true, true},
  {errc::consistency_violation, stay, true, false},
  {errc::stream_already_in_session, stay, true, false},
  {errc::stream_already_exists, stay, true, false},
  {errc::index_exists, stay, true, false},
  {errc::indexes_not_ready, stay, false, false},
};

kdb::error failed_with(errc code, bool outcome_unknown = false) {
  kdb::error why{.code = code, .message = "", .outcome_unknown = outcome_unknown};
  if (code == errc::not_leader)
    why.detail = kdb::leader{"leader", 2113};
  return why;
}

constexpr request_kind kinds[] = {request_kind::read, request_kind::subscription, request_kind::write};

} // namespace

BOOST_AUTO_TEST_SUITE(failure)

BOOST_AUTO_TEST_CASE(the_table_has_a_row_for_every_code) {
  std::set<errc> codes;
  for (auto& one : table)
    codes.insert(one.code);
  for (int number = 0; number < 256; ++number)
    if (auto code = static_cast<errc>(number); kdb::to_string(code) != "unknown")
      BOOST_TEST(codes.contains(code), kdb::to_string(code));
  BOOST_TEST(codes.size() == table.size());
}

BOOST_DATA_TEST_CASE(a_code_means_the_same_for_the_node_whatever_was_asked, boost::unit_test::data::make(table)) {
  for (auto kind : kinds) {
    failure_decision what = kdb::policy::decide(failed_with(sample.code), kind);
    BOOST_TEST(to_string(what.node) == to_string(sample.node));
    BOOST_TEST(what.is_final == sample.is_final);
  }
  BOOST_TEST(kdb::policy::may_have_happened(sample.code) == sample.may_have_happened);
  BOOST_TEST(kdb::policy::retry_can_help(sample.code) == !sample.is_final);
  BOOST_TEST(kdb::policy::is_final(failed_with(sample.code)) == sample.is_final);
  BOOST_TEST(kdb::policy::is_node_lost(failed_with(sample.code)) == (sample.node == rediscover || sample.node == follow));
}

BOOST_DATA_TEST_CASE(what_can_not_succeed_is_not_tried_again, boost::unit_test::data::make(table)) {
  for (auto kind : kinds)
    for (auto unknown : {false, true})
      if (sample.is_final) {
        failure_decision what = kdb::policy::decide(failed_with(sample.code, unknown), kind);
        BOOST_TEST((what.retry == retry_safety::pointless));
      }
}

BOOST_DATA_TEST_CASE(reads_and_subscriptions_are_safe_to_try_again, boost::unit_test::data::make(table)) {
  for (auto kind : {request_kind::read, request_kind::subscription})
    for (auto unknown : {false, true})
      if (!sample.is_final) {
        failure_decision what = kdb::policy::decide(failed_with(sample.code, unknown), kind);
        BOOST_TEST((what.retry == retry_safety::safe));
      }
}

BOOST_DATA_TEST_CASE(a_write_is_safe_to_try_again_only_if_it_had_no_effect, boost::unit_test::data::make(table)) {
  if (sample.is_final)
    return;
  failure_decision had_none = kdb::policy::decide(failed_with(sample.code, false), request_kind::write);
  BOOST_TEST((had_none.retry == retry_safety::safe));
  failure_decision write = kdb::policy::decide(failed_with(sample.code, true), request_kind::write);
  BOOST_TEST((write.retry == retry_safety::safe_if_idempotent));
}

BOOST_AUTO_TEST_CASE(aborted_writes_and_deadlines_do_not_lead_to_rediscovery) {
  for (auto code : {errc::server_timeout, errc::deadline_exceeded, errc::access_denied, errc::wrong_expected_version})
    BOOST_TEST(!kdb::policy::is_node_lost(failed_with(code)));
}

namespace {

struct named {
  std::string host;
  std::uint16_t port;
  node_action expected;
};

std::ostream& operator<<(std::ostream& out, const named& one) {
  return out << one.host << ':' << one.port;
}

const std::vector<named> leaders{
  {"node-2", 2113, follow},      {"10.0.0.2", 2113, follow},   {"fd00::2", 2113, follow},
  {"node-1", 2114, follow},      {"node-1", 2113, rediscover}, // The node itself: it knows no leader.
  {"0.0.0.0", 2113, rediscover}, {"::", 2113, rediscover},     {"[::]", 2113, rediscover},
  {"", 2113, rediscover},        {"node-2", 0, rediscover},    {"[fd00::2]", 2113, follow},
  {"a b", 2113, rediscover},     {"[::1", 2113, rediscover},   {"node-2:1", 2113, rediscover},
};

} // namespace

BOOST_DATA_TEST_CASE(a_leader_is_followed_only_to_a_usable_address_of_another_node, boost::unit_test::data::make(leaders)) {
  kdb::error why{.code = errc::not_leader, .message = "", .detail = kdb::leader{sample.host, sample.port}};
  auto what = kdb::policy::decide(why, request_kind::write, {"node-1", 2113});
  BOOST_TEST(to_string(what.node) == to_string(sample.expected));
  BOOST_TEST((what.retry == retry_safety::safe));
}

BOOST_AUTO_TEST_CASE(a_leader_that_is_not_named_is_looked_for) {
  kdb::error why{.code = errc::not_leader, .message = ""};
  BOOST_TEST((kdb::policy::decide(why, request_kind::read).node == rediscover));
}

BOOST_AUTO_TEST_CASE(a_file_of_the_settings_does_not_mend_itself) {
  for (auto problem = 0; problem <= static_cast<int>(kdb::tls_problem::other); ++problem) {
    const kdb::error why{.code = kdb::errc::tls_failed,
                         .detail = kdb::tls_failure{.problem = static_cast<kdb::tls_problem>(problem)}};
    BOOST_TEST(kdb::policy::retry_can_help(why) == (static_cast<kdb::tls_problem>(problem) != kdb::tls_problem::bad_file));
    BOOST_TEST(!kdb::policy::is_final(why)); // Whoever follows something outlasts it.
  }
  BOOST_TEST(kdb::policy::retry_can_help(kdb::error{.code = kdb::errc::too_busy}));
  BOOST_TEST(!kdb::policy::retry_can_help(kdb::error{.code = kdb::errc::access_denied}));
}

BOOST_AUTO_TEST_CASE(an_unknown_code_of_a_newer_process_is_final) {
  auto what = kdb::policy::decide(failed_with(static_cast<errc>(255)), request_kind::read);
  BOOST_TEST(what == (failure_decision{stay, retry_safety::pointless, true}));
}

BOOST_AUTO_TEST_CASE(decisions_have_names) {
  BOOST_TEST(to_string(node_action::check) == "check");
  BOOST_TEST(to_string(retry_safety::safe_if_idempotent) == "safe_if_idempotent");
}

BOOST_AUTO_TEST_SUITE_END()
