// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <string>
#include <vector>

#include "actors/runtime/caf_parts.hpp"
#include <kdb/actors.hpp>

using namespace kdb;

#if KDB_CAF_1
enum class elsewhere : std::uint8_t { seven = 7 };
KDB_ACTOR_MESSAGES(actors_errors, 1505, elsewhere)
[[maybe_unused]] const auto elsewhere_is_known = (init_caf<kdb_block::actors_errors>(), true);
template <>
struct caf::is_error_code_enum<elsewhere> : std::true_type {};
#endif

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
  const auto bare = any_caf::make_error(errc::stream_deleted, caf::message{});
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
  const auto wanted = what == caf::sec::request_timeout ? errc::deadline_exceeded
                      : any_caf::means_gone(what)       ? errc::closed
                                                        : errc::internal;
  BOOST_TEST((found.code == wanted));
}

BOOST_AUTO_TEST_CASE(every_exit_reason_means_closed) {
  std::vector<caf::exit_reason> reasons{caf::exit_reason::normal,         caf::exit_reason::user_shutdown,
                                        caf::exit_reason::kill,           caf::exit_reason::remote_link_unreachable,
                                        caf::exit_reason::out_of_workers, caf::exit_reason::unknown};
#if !KDB_CAF_1 // CAF 1 has caf::sec::runtime_error instead.
  reasons.push_back(caf::exit_reason::unhandled_exception);
#endif
  for (const auto reason : reasons) {
    const auto found = error::from(caf::make_error(reason));
    // Normal is no error at all for CAF.
    const auto wanted = reason == caf::exit_reason::normal ? found.code : errc::closed;
    BOOST_TEST((found.code == wanted), "wrong for " << caf::to_string(reason));
  }
}

BOOST_AUTO_TEST_CASE(errors_of_others_and_none_at_all_are_internal) {
#if KDB_CAF_1
  const caf::error other{elsewhere::seven, std::string{"their text"}};
#else
  const caf::error other{7, caf::atom("elsewhere"), caf::make_message(std::string{"their text"})};
#endif
  const auto found = error::from(other);
  BOOST_TEST((found.code == errc::internal));
  BOOST_TEST(found.message.find("their text") != std::string::npos);
  BOOST_TEST((error::from(caf::error{}).code == errc::internal));
}

BOOST_AUTO_TEST_SUITE_END()
