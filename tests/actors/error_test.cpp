// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/sec.hpp>

#include <kdb/actors.hpp>

using namespace kdb;

BOOST_AUTO_TEST_SUITE(caf_errors)

BOOST_AUTO_TEST_CASE(an_error_comes_back_as_it_went) {
  const error sent{.code = errc::wrong_expected_version,
                   .message = "expected 3, found 5",
                   .detail = version_mismatch{"s", stream_revision{3}, stream_revision{5}},
                   .retry_can_help = false,
                   .outcome_unknown = true};
  const auto back = error::from(to_caf(sent));
  BOOST_TEST((back.code == sent.code));
  BOOST_TEST(back.message == sent.message);
  BOOST_TEST(back.outcome_unknown);
  const auto* detail = back.get<version_mismatch>();
  BOOST_REQUIRE(detail);
  BOOST_TEST((detail->actual == std::optional<stream_state>{stream_revision{5}}));
}

BOOST_DATA_TEST_CASE(every_code_keeps_itself, boost::unit_test::data::xrange(1, 256), number) {
  const auto code = static_cast<errc>(number);
  BOOST_TEST((error::from(to_caf({.code = code, .message = "x"})).code == code));
}

BOOST_AUTO_TEST_CASE(an_error_whose_text_was_lost_keeps_its_code) {
  const caf::error bare{static_cast<std::uint8_t>(errc::stream_deleted), caf::atom("kdb")};
  BOOST_TEST((error::from(bare).code == errc::stream_deleted));
}

BOOST_AUTO_TEST_CASE(a_request_timeout_is_a_deadline_with_the_outcome_unknown) {
  const auto found = error::from(caf::make_error(caf::sec::request_timeout));
  BOOST_TEST((found.code == errc::deadline_exceeded));
  BOOST_TEST(found.outcome_unknown);
  BOOST_TEST(found.retry_can_help);
}

BOOST_DATA_TEST_CASE(every_system_error_has_a_meaning, boost::unit_test::data::xrange(1, 80), number) {
  const auto what = static_cast<caf::sec>(number);
  const auto found = error::from(caf::make_error(what));
  BOOST_TEST(!found.message.empty());
  switch (what) {
    case caf::sec::request_timeout: BOOST_TEST((found.code == errc::deadline_exceeded)); break;
    case caf::sec::request_receiver_down:
    case caf::sec::cannot_forward_to_invalid_actor:
    case caf::sec::no_route_to_receiving_node:
    case caf::sec::remote_lookup_failed: BOOST_TEST((found.code == errc::closed)); break;
    default: BOOST_TEST((found.code == errc::internal));
  }
}

BOOST_AUTO_TEST_CASE(every_exit_reason_means_closed) {
  for (const auto reason : {caf::exit_reason::normal, caf::exit_reason::user_shutdown, caf::exit_reason::kill,
                            caf::exit_reason::remote_link_unreachable, caf::exit_reason::out_of_workers,
                            caf::exit_reason::unhandled_exception, caf::exit_reason::unknown}) {
    const auto found = error::from(make_error(reason));
    // Normal is no error at all for CAF.
    const auto wanted = reason == caf::exit_reason::normal ? found.code : errc::closed;
    BOOST_TEST((found.code == wanted), "wrong for " << caf::to_string(reason));
  }
}

BOOST_AUTO_TEST_CASE(errors_of_others_and_none_at_all_are_internal) {
  const caf::error other{7, caf::atom("elsewhere"), caf::make_message(std::string{"their text"})};
  const auto found = error::from(other);
  BOOST_TEST((found.code == errc::internal));
  BOOST_TEST(found.message.find("their text") != std::string::npos);
  BOOST_TEST((error::from(caf::error{}).code == errc::internal));
}

BOOST_AUTO_TEST_SUITE_END()
