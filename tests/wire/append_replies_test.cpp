// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "event_store/client/streams.pb.h"
#include "libkdb/wire/streams.hpp"

using namespace kdb;
namespace v1 = event_store::client::streams;
namespace shared = event_store::client;

namespace {

const uuid correlation = *parse_uuid("bf92d65e-8799-527d-8e33-bad59c949ced");
const std::vector<unsigned> seeds{1, 2, 3, 4};

v1::BatchAppendResp reply() {
  v1::BatchAppendResp message;
  message.mutable_correlation_id()->set_string(to_string(correlation));
  message.mutable_stream_identifier()->set_stream_name("orders");
  return message;
}

wire::batch_append_reply decoded(const v1::BatchAppendResp& message) {
  auto result = wire::decode_batch_append(message.SerializeAsString());
  BOOST_REQUIRE(result.has_value());
  return *std::move(result);
}

template <class Detail>
v1::BatchAppendResp failed(int code, const char* text, const Detail& detail) {
  auto message = reply();
  message.mutable_error()->set_code(code);
  message.mutable_error()->set_message(text);
  message.mutable_error()->add_details()->PackFrom(detail);
  return message;
}

template <class Detail>
error failure_of(int code, const char* text, const Detail& detail = {}) {
  const auto result = decoded(failed(code, text, detail));
  BOOST_TEST((result.correlation == correlation));
  BOOST_REQUIRE(!result.outcome.has_value());
  return result.outcome.error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(append_replies)

// -- BatchAppend -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_success_tells_revision_and_position) {
  auto message = reply();
  message.mutable_success()->set_current_revision(0);
  message.mutable_success()->mutable_position()->set_commit_position(12);
  message.mutable_success()->mutable_position()->set_prepare_position(11);
  const auto result = decoded(message);
  BOOST_TEST((result.correlation == correlation));
  BOOST_REQUIRE(result.outcome.has_value());
  BOOST_TEST((*result.outcome == append_result{stream_revision{0}, log_position{12, 11}}));
}

BOOST_AUTO_TEST_CASE(a_success_may_know_neither) {
  auto message = reply();
  message.mutable_success()->mutable_no_stream();
  message.mutable_success()->mutable_no_position();
  BOOST_TEST((*decoded(message).outcome == append_result{}));
  message.mutable_success()->clear_position_option();
  message.mutable_success()->clear_current_revision_option();
  BOOST_TEST((*decoded(message).outcome == append_result{}));
}

// A real server answers an append of no events to a tombstoned stream as if it were done.
BOOST_AUTO_TEST_CASE(the_number_of_a_tombstone_is_no_success) {
  constexpr auto number = (std::uint64_t{1} << 63) - 1;
  auto batch = reply();
  batch.mutable_success()->set_current_revision(number);
  v1::AppendResp plain;
  plain.mutable_success()->set_current_revision(number);
  for (const auto& outcome : {decoded(batch).outcome, wire::decode_append(plain.SerializeAsString(), "orders")}) {
    BOOST_REQUIRE(!outcome.has_value());
    BOOST_TEST((outcome.error().code == errc::stream_deleted));
    BOOST_TEST(outcome.error().get<stream_name>()->name == "orders");
    BOOST_TEST((!outcome.error().outcome_unknown && !outcome.error().retry_can_help));
  }
  batch.mutable_success()->set_current_revision(number - 1);
  BOOST_TEST(decoded(batch).outcome.has_value());
}

BOOST_AUTO_TEST_CASE(correlation_ids_come_in_both_forms) {
  auto message = reply();
  message.mutable_success();
  auto& id = *message.mutable_correlation_id()->mutable_structured();
  id.set_most_significant_bits(static_cast<std::int64_t>(0xbf92d65e8799527du));
  id.set_least_significant_bits(static_cast<std::int64_t>(0x8e33bad59c949cedu));
  BOOST_TEST((decoded(message).correlation == correlation));
}

BOOST_AUTO_TEST_CASE(replies_that_say_nothing_of_use_are_broken) {
  auto code = [](const v1::BatchAppendResp& message) {
    const auto result = wire::decode_batch_append(message.SerializeAsString());
    BOOST_REQUIRE(!result.has_value());
    return result.error().code;
  };
  BOOST_TEST((code(reply()) == errc::protocol_error));
  auto message = reply();
  message.mutable_success();
  message.clear_correlation_id();
  BOOST_TEST((code(message) == errc::protocol_error));
  message.mutable_correlation_id()->set_string("nonsense");
  BOOST_TEST((code(message) == errc::protocol_error));
  BOOST_TEST(!wire::decode_batch_append("\x0b").has_value());
  BOOST_TEST(!wire::decode_batch_append("\x1a\x05").has_value());
  auto broken_detail = failed(6, "WrongExpectedVersion", shared::WrongExpectedVersion{});
  broken_detail.mutable_error()->mutable_details(0)->set_value("\xff");
  BOOST_TEST((code(broken_detail) == errc::protocol_error));
}

namespace {

struct version_row {
  const char* what;
  std::function<void(shared::WrongExpectedVersion&)> fill;
  stream_state expected;
  std::optional<stream_state> actual;
  friend std::ostream& operator<<(std::ostream& out, const version_row& row) { return out << row.what; }
};

const std::vector<version_row> batch_versions{
  {"revision, found revision", [](auto& m) { m.set_current_stream_revision(2), m.set_expected_stream_position(7); },
   stream_state::revision(7), stream_state::revision(2)},
  {"revision 0, found revision 0", [](auto& m) { m.set_current_stream_revision(0), m.set_expected_stream_position(0); },
   stream_state::revision(0), stream_state::revision(0)},
  {"any", [](auto& m) { m.mutable_current_no_stream(), m.mutable_expected_any(); }, stream_state::any, stream_state::no_stream},
  {"exists", [](auto& m) { m.mutable_current_no_stream(), m.mutable_expected_stream_exists(); }, stream_state::exists,
   stream_state::no_stream},
  {"no stream", [](auto& m) { m.set_current_stream_revision(1), m.mutable_expected_no_stream(); }, stream_state::no_stream,
   stream_state::revision(1)},
  {"nothing told", [](auto&) {}, stream_state::any, std::nullopt},
};

} // namespace

BOOST_DATA_TEST_CASE(a_wrong_version_in_a_batch_tells_expected_and_actual, batch_versions, row) {
  shared::WrongExpectedVersion detail;
  row.fill(detail);
  const auto why = failure_of(6, "WrongExpectedVersion", detail);
  BOOST_TEST((why.code == errc::wrong_expected_version));
  const auto* versions = why.get<version_mismatch>();
  BOOST_REQUIRE(versions != nullptr);
  BOOST_TEST(versions->stream == "orders");
  BOOST_TEST((versions->expected == row.expected));
  BOOST_TEST((versions->actual == row.actual));
  BOOST_TEST(!why.outcome_unknown);
  BOOST_TEST(!why.retry_can_help);
  BOOST_TEST(why.message.find("orders") != why.message.npos);
}

BOOST_AUTO_TEST_CASE(a_deleted_stream_is_named) {
  shared::StreamDeleted detail;
  detail.mutable_stream_identifier()->set_stream_name("gone");
  const auto why = failure_of(5, "StreamDeleted", detail);
  BOOST_TEST((why.code == errc::stream_deleted));
  BOOST_TEST(why.get<stream_name>()->name == "gone");
  BOOST_TEST(failure_of(5, "StreamDeleted", shared::StreamDeleted{}).get<stream_name>()->name == "orders");
}

BOOST_AUTO_TEST_CASE(sizes_are_told) {
  shared::MaximumAppendSizeExceeded all;
  all.set_maxappendsize(1048576);
  auto why = failure_of(3, "MaximumAppendSizeExceeded", all);
  BOOST_TEST((why.code == errc::append_too_large));
  BOOST_TEST(why.get<size_limit>()->limit == 1048576u);
  shared::MaximumAppendEventSizeExceeded one;
  one.set_eventid("90a722ce-53bd-50bd-9db6-5ae48a68c841");
  one.set_proposedeventsize(20);
  one.set_maxappendeventsize(10);
  why = failure_of(3, "MaximumAppendEventSizeExceeded", one);
  BOOST_TEST((why.code == errc::event_too_large));
  BOOST_TEST(why.get<size_limit>()->event_id == one.eventid());
  BOOST_TEST(why.get<size_limit>()->actual == 20u);
  BOOST_TEST(why.get<size_limit>()->limit == 10u);
  BOOST_TEST((failure_of<shared::InvalidTransaction>(3, "InvalidTransaction").code == errc::append_too_large));
}

BOOST_AUTO_TEST_CASE(a_timeout_leaves_the_outcome_open) {
  const auto why = failure_of<shared::Timeout>(4, "Timeout");
  BOOST_TEST((why.code == errc::server_timeout));
  BOOST_TEST(why.outcome_unknown);
  BOOST_TEST(why.retry_can_help);
}

BOOST_AUTO_TEST_CASE(the_unknown_error_leaves_the_outcome_open) {
  const auto why = failure_of<shared::Unknown>(2, "Unknown");
  BOOST_TEST((why.code == errc::server_error));
  BOOST_TEST(why.outcome_unknown);
}

BOOST_AUTO_TEST_CASE(denied_and_bad_requests_are_refusals) {
  auto why = failure_of<shared::AccessDenied>(7, "AccessDenied");
  BOOST_TEST((why.code == errc::access_denied));
  BOOST_TEST(!why.outcome_unknown);
  BOOST_TEST(!why.retry_can_help);
  shared::BadRequest detail;
  detail.set_message(R"(Status(StatusCode="InvalidArgument", Detail="Required Metadata Property 'type' is missing"))");
  why = failure_of(3, "BadRequest", detail);
  BOOST_TEST((why.code == errc::invalid_argument));
  BOOST_TEST(why.message.find("'type' is missing") != why.message.npos);
  BOOST_TEST(!why.outcome_unknown);
}

BOOST_AUTO_TEST_CASE(not_ready_and_busy_differ_in_their_texts_alone) {
  auto why = failure_of<google::protobuf::Empty>(0, "Server Is Not Ready");
  BOOST_TEST((why.code == errc::not_ready));
  BOOST_TEST(why.retry_can_help);
  BOOST_TEST(!why.outcome_unknown);
  why = failure_of<google::protobuf::Empty>(0, "Server Is Busy");
  BOOST_TEST((why.code == errc::too_busy));
  BOOST_TEST(why.retry_can_help);
}

BOOST_AUTO_TEST_CASE(an_error_without_a_detail_that_is_known_goes_by_its_code) {
  BOOST_TEST((failure_of<google::protobuf::Duration>(7, "no").code == errc::access_denied));
  auto message = reply();
  message.mutable_error();
  BOOST_TEST((decoded(message).outcome.error().code == errc::server_error));
  message.mutable_error()->set_code(10);
  BOOST_TEST((decoded(message).outcome.error().code == errc::server_timeout));
  BOOST_TEST(decoded(message).outcome.error().outcome_unknown);
}

BOOST_DATA_TEST_CASE(spoiled_replies_are_never_taken_for_more_than_protobuf_reads, seeds, seed) {
  google::protobuf::LogSilencer quiet;
  std::mt19937 random{seed};
  auto message = reply();
  message.mutable_success()->set_current_revision(300);
  message.mutable_success()->mutable_position()->set_commit_position(70'000);
  const auto whole = message.SerializeAsString();
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = whole;
    for (auto times = 1 + random() % 3; times > 0; --times)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto ours = wire::decode_batch_append(bytes);
    if (!ours)
      continue;
    v1::BatchAppendResp theirs;
    BOOST_REQUIRE(theirs.ParseFromString(bytes));
    BOOST_REQUIRE_EQUAL(ours->outcome.has_value(), theirs.has_success());
    if (!ours->outcome)
      continue;
    BOOST_REQUIRE_EQUAL(ours->outcome->revision.has_value(), theirs.success().has_current_revision());
    BOOST_REQUIRE_EQUAL(ours->outcome->position.has_value(), theirs.success().has_position());
    if (ours->outcome->revision)
      BOOST_REQUIRE_EQUAL(ours->outcome->revision->value, theirs.success().current_revision());
    if (ours->outcome->position)
      BOOST_REQUIRE_EQUAL(ours->outcome->position->commit, theirs.success().position().commit_position());
  }
}

// -- Append ------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_plain_success_tells_revision_and_position) {
  v1::AppendResp message;
  message.mutable_success()->set_current_revision(4);
  message.mutable_success()->mutable_position()->set_commit_position(9);
  auto done = wire::decode_append(message.SerializeAsString(), "orders");
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST((*done == append_result{stream_revision{4}, log_position{9, 0}}));
  message.mutable_success()->mutable_no_stream();
  message.mutable_success()->mutable_no_position();
  done = wire::decode_append(message.SerializeAsString(), "orders");
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST((*done == append_result{}));
}

namespace {

struct append_row {
  const char* what;
  std::function<void(v1::AppendResp::WrongExpectedVersion&)> fill;
  stream_state expected;
  std::optional<stream_state> actual;
  friend std::ostream& operator<<(std::ostream& out, const append_row& row) { return out << row.what; }
};

const std::vector<append_row> append_versions{
  {"new: revision", [](auto& m) { m.set_current_revision(0), m.set_expected_revision(5); }, stream_state::revision(5),
   stream_state::revision(0)},
  {"new: any", [](auto& m) { m.mutable_current_no_stream(), m.mutable_expected_any(); }, stream_state::any,
   stream_state::no_stream},
  {"new: exists", [](auto& m) { m.mutable_current_no_stream(), m.mutable_expected_stream_exists(); }, stream_state::exists,
   stream_state::no_stream},
  {"new: no stream", [](auto& m) { m.set_current_revision(3), m.mutable_expected_no_stream(); }, stream_state::no_stream,
   stream_state::revision(3)},
  {"old: revision", [](auto& m) { m.set_current_revision_20_6_0(0), m.set_expected_revision_20_6_0(5); },
   stream_state::revision(5), stream_state::revision(0)},
  {"old: any", [](auto& m) { m.mutable_no_stream_20_6_0(), m.mutable_any_20_6_0(); }, stream_state::any, stream_state::no_stream},
  {"old: exists", [](auto& m) { m.mutable_no_stream_20_6_0(), m.mutable_stream_exists_20_6_0(); }, stream_state::exists,
   stream_state::no_stream},
  {"old: no stream", [](auto& m) { m.set_current_revision_20_6_0(3), m.set_expected_revision_20_6_0(~std::uint64_t{0}); },
   stream_state::no_stream, stream_state::revision(3)},
  {"both: the new ones count",
   [](auto& m) {
     m.set_current_revision_20_6_0(3), m.set_expected_revision_20_6_0(~std::uint64_t{0});
     m.set_current_revision(4), m.set_expected_revision(6);
   },
   stream_state::revision(6), stream_state::revision(4)},
  {"nothing told", [](auto&) {}, stream_state::any, std::nullopt},
};

} // namespace

BOOST_DATA_TEST_CASE(a_wrong_version_of_either_generation_tells_expected_and_actual, append_versions, row) {
  v1::AppendResp message;
  row.fill(*message.mutable_wrong_expected_version());
  const auto done = wire::decode_append(message.SerializeAsString(), "orders");
  BOOST_REQUIRE(!done.has_value());
  BOOST_TEST((done.error().code == errc::wrong_expected_version));
  const auto* versions = done.error().get<version_mismatch>();
  BOOST_REQUIRE(versions != nullptr);
  BOOST_TEST(versions->stream == "orders");
  BOOST_TEST((versions->expected == row.expected));
  BOOST_TEST((versions->actual == row.actual));
}

BOOST_AUTO_TEST_CASE(a_plain_reply_that_says_nothing_is_broken) {
  BOOST_TEST((wire::decode_append("", "orders").error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_append("\xff", "orders").error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
