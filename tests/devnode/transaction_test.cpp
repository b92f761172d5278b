// SPDX-License-Identifier: Apache-2.0
#include "tests/devnode/store_fixture.hpp"

#include "devnode/services/streams/v2_errors.hpp"
#include "devnode/store/transaction.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

using namespace kdb::development;
using testing::store_fixture;

namespace {

constexpr append_decision fresh{append_verdict::write};
constexpr append_decision conflict{append_verdict::wrong_version};
constexpr append_decision gone{append_verdict::deleted};
constexpr append_decision repeated(std::int64_t last) {
  return {append_verdict::duplicate, last};
}

constexpr stream_facts missing{};
constexpr stream_facts metadata_only{.last = no_revision, .soft_deleted = false, .tombstoned = false, .has_metadata = true};
constexpr stream_facts at_three{.last = 3, .soft_deleted = false, .tombstoned = false, .has_metadata = false};
constexpr stream_facts soft_deleted{.last = 3, .soft_deleted = true, .tombstoned = false, .has_metadata = true};
constexpr stream_facts tombstoned{.last = 3, .soft_deleted = false, .tombstoned = true, .has_metadata = false};

constexpr std::int64_t any = -2, no_stream = -1, exists = -4;
constexpr std::nullopt_t ok = std::nullopt;

} // namespace

BOOST_AUTO_TEST_SUITE(transactions)

BOOST_AUTO_TEST_CASE(a_session_is_all_new_or_all_repeated_or_fails_at_its_first_bad_stream) {
  struct {
    const char* name;
    std::vector<append_decision> targets;
    session_decision decision;
  } const rows[] = {
    {"all new", {fresh, fresh}, {append_verdict::write}},
    {"all repeated", {repeated(1), repeated(0)}, {append_verdict::duplicate}},
    {"the second repeated", {fresh, repeated(2)}, {append_verdict::wrong_version, 1}},
    {"the first repeated", {repeated(2), fresh}, {append_verdict::wrong_version, 0}},
    {"two conflicts", {fresh, conflict, conflict}, {append_verdict::wrong_version, 1}},
    {"deleted before a conflict", {gone, conflict}, {append_verdict::deleted, 0}},
    {"a conflict behind a repetition", {repeated(0), conflict}, {append_verdict::wrong_version, 1}},
  };
  for (auto& [name, targets, decision] : rows)
    BOOST_TEST((decide_session(targets) == decision), name);
}

BOOST_AUTO_TEST_CASE(checks_follow_their_table) {
  struct {
    std::int64_t expected;
    const char* name;
    stream_facts stream;
    std::optional<std::int64_t> checked; // the actual state that is told when the stream is only checked
    std::optional<std::int64_t> written; // and when it is written too
  } const rows[] = {
    {3, "at 3", at_three, ok, ok},
    {1, "at 3", at_three, 3, 3},
    {3, "missing", missing, -1, -1},
    {3, "soft-deleted", soft_deleted, ok, ok},
    {1, "soft-deleted", soft_deleted, 3, 3},
    {3, "tombstoned", tombstoned, -6, -6},
    {no_stream, "at 3", at_three, 3, 3},
    {no_stream, "missing", missing, ok, ok},
    {no_stream, "metadata only", metadata_only, ok, ok},
    {no_stream, "soft-deleted", soft_deleted, ok, ok},
    {no_stream, "tombstoned", tombstoned, ok, -6},
    {any, "at 3", at_three, ok, ok},
    {any, "missing", missing, ok, ok},
    {any, "soft-deleted", soft_deleted, ok, ok},
    {any, "tombstoned", tombstoned, -6, -6},
    {exists, "at 3", at_three, ok, ok},
    {exists, "missing", missing, -1, -1},
    {exists, "metadata only", metadata_only, ok, ok},
    {exists, "soft-deleted", soft_deleted, -5, -5},
    {exists, "tombstoned", tombstoned, -6, -6},
    {deleted_state, "at 3", at_three, 3, 3},
    {deleted_state, "missing", missing, -1, -1},
    {deleted_state, "soft-deleted", soft_deleted, ok, ok},
    {deleted_state, "tombstoned", tombstoned, -6, -6},
    {tombstoned_state, "at 3", at_three, 3, 3},
    {tombstoned_state, "missing", missing, -1, -1},
    {tombstoned_state, "soft-deleted", soft_deleted, 3, 3},
    {tombstoned_state, "tombstoned", tombstoned, ok, -6},
  };
  for (auto& [expected, name, stream, checked, written] : rows) {
    BOOST_TEST((violated({expected, stream, {}}) == checked), expected << " of one that is " << name << ", checked");
    BOOST_TEST((violated({expected, stream, fresh}) == written), expected << " of one that is " << name << ", written");
  }
}

BOOST_AUTO_TEST_CASE(records_tell_all_violations_unless_they_are_repeated) {
  std::vector<state_check> checks{{1, at_three, fresh}, {3, at_three, {}}, {exists, missing, {}}, {any, at_three, fresh}};
  BOOST_TEST((decide_records(checks) == records_decision{append_verdict::wrong_version, {{0, 3}, {2, -1}}}));
  std::vector<state_check> again{{1, at_three, repeated(2)}, {exists, missing, {}}};
  BOOST_TEST((decide_records(again) == records_decision{append_verdict::duplicate, {}}));
  std::vector<state_check> half{{any, at_three, repeated(2)}, {any, missing, fresh}};
  BOOST_TEST((decide_records(half) == records_decision{append_verdict::wrong_version, {{0, 3}}}));
}

BOOST_AUTO_TEST_CASE(violations_are_told_in_a_sentence) {
  struct {
    std::int64_t expected;
    std::int64_t actual;
    const char* text;
  } const rows[] = {
    {1, 3, "Stream 's' is at revision 3, expected revision 1."},
    {exists, -1, "Stream 's' does not exist."},
    {deleted_state, -1, "Stream 's' does not exist, explicitly expected deleted."},
    {exists, deleted_state, "Stream 's' is deleted."},
    {any, tombstoned_state, "Stream 's' is tombstoned."},
    {3, tombstoned_state, "Stream 's' is tombstoned, expected revision 3."},
    {tombstoned_state, 0, "Stream 's': expected state -6, actual state 0."},
  };
  for (auto& [expected, actual, text] : rows)
    BOOST_TEST(describe({0, "s", expected, actual}) == text);
}

BOOST_FIXTURE_TEST_CASE(a_transaction_is_written_in_the_order_of_its_entries, store_fixture) {
  append("b", 2);
  auto before = events.events().size();
  transaction both;
  auto a = both.add_target("a"), b = both.add_target("b");
  BOOST_TEST(both.add_target("A") == a); // names differ in nothing but case
  both.entries = {{b, event()}, {a, event()}, {b, event()}};
  auto done = events.write(both);
  auto& log = events.events();
  BOOST_TEST(log.size() == before + 3);
  BOOST_TEST(log[before].owner->name == "b");
  BOOST_TEST(log[before + 1].owner->name == "a");
  BOOST_TEST(done.last[a] == 0);
  BOOST_TEST(done.last[b] == 3);
  BOOST_TEST(done.position == log[before + 2].position);
  auto decisions = events.decide(both);
  BOOST_TEST((decide_session(decisions).verdict == append_verdict::duplicate));
  auto again = events.written_before(both, decisions);
  BOOST_TEST(again.position == done.position);
  BOOST_TEST(again.last == done.last);
}

BOOST_FIXTURE_TEST_CASE(a_transaction_brings_soft_deleted_streams_back, store_fixture) {
  append("s", 2);
  events.soft_delete("s", expected_state::any());
  transaction one;
  one.entries = {{one.add_target("s"), event()}};
  events.write(one);
  BOOST_TEST(forwards("s") == testing::numbers{2});
}

BOOST_AUTO_TEST_SUITE_END()
