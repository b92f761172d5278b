// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/append_decision.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <ostream>
#include <vector>

using namespace kdb::development;

namespace {

using enum append_verdict;
constexpr auto pass = append_verdict::write; // "write" alone is POSIX's

// Ids are small numbers here: event 3 is the one with id 3.
std::vector<uuid> ids(std::initializer_list<std::uint64_t> numbers) {
  std::vector<uuid> list;
  for (auto number : numbers)
    list.push_back({1, number});
  return list;
}

// A stream that holds some ids, of which none, or all, are among the recent ones.
struct scripted_ids : known_ids {
  std::vector<uuid> held;
  bool remembered = true;

  std::optional<uuid> id_at(std::int64_t revision) const override {
    if (revision < 0 || revision >= static_cast<std::int64_t>(held.size()))
      return std::nullopt;
    return held[static_cast<std::size_t>(revision)];
  }

  std::optional<std::int64_t> recent(const uuid& id) const override {
    for (auto i = held.size(); remembered && i-- > 0;)
      if (held[i] == id)
        return static_cast<std::int64_t>(i);
    return std::nullopt;
  }
};

constexpr stream_facts missing{};
constexpr stream_facts metadata_only{.last = no_revision, .soft_deleted = false, .tombstoned = false, .has_metadata = true};
constexpr stream_facts three_events{.last = 2, .soft_deleted = false, .tombstoned = false, .has_metadata = false};
constexpr stream_facts soft_deleted{.last = 2, .soft_deleted = true, .tombstoned = false, .has_metadata = true};
constexpr stream_facts tombstoned{.last = 2, .soft_deleted = false, .tombstoned = true, .has_metadata = false};

constexpr auto any = expected_state::any();
constexpr auto exists = expected_state::exists();
constexpr auto no_stream = expected_state::no_stream();
constexpr expected_state at(std::int64_t revision) {
  return expected_state::revision(revision);
}

} // namespace

BOOST_AUTO_TEST_SUITE(append_decisions)

BOOST_AUTO_TEST_CASE(new_events_pass_when_the_expectation_holds) {
  struct {
    const char* name;
    stream_facts stream;
    expected_state expected;
    append_verdict verdict;
  } const rows[] = {
    {"missing, any", missing, any, pass},
    {"missing, no stream", missing, no_stream, pass},
    {"missing, exists", missing, exists, wrong_version},
    {"missing, 0", missing, at(0), wrong_version},
    {"metadata only, any", metadata_only, any, pass},
    {"metadata only, exists", metadata_only, exists, pass},
    {"metadata only, no stream", metadata_only, no_stream, pass},
    {"metadata only, 0", metadata_only, at(0), wrong_version},
    {"three, any", three_events, any, pass},
    {"three, exists", three_events, exists, pass},
    {"three, no stream", three_events, no_stream, wrong_version},
    {"three, 0", three_events, at(0), wrong_version},
    {"three, 2", three_events, at(2), pass},
    {"three, 3", three_events, at(3), wrong_version},
    {"soft-deleted, any", soft_deleted, any, pass},
    {"soft-deleted, no stream", soft_deleted, no_stream, pass},
    {"soft-deleted, exists", soft_deleted, exists, deleted},
    {"soft-deleted, 1", soft_deleted, at(1), wrong_version},
    {"soft-deleted, 2", soft_deleted, at(2), pass},
    {"soft-deleted, 7", soft_deleted, at(7), wrong_version},
    {"tombstoned, any", tombstoned, any, deleted},
    {"tombstoned, no stream", tombstoned, no_stream, deleted},
    {"tombstoned, exists", tombstoned, exists, deleted},
    {"tombstoned, 2", tombstoned, at(2), deleted},
    {"tombstoned, 0", tombstoned, at(0), deleted},
  };
  scripted_ids known;
  known.held = ids({0, 1, 2});
  for (auto& [name, stream, expected, verdict] : rows) {
    BOOST_TEST((decide_append(stream, expected, ids({77}), known).verdict == verdict), name);
    BOOST_TEST((decide_append(stream, expected, {}, known).verdict == verdict), name << ", no events");
  }
}

BOOST_AUTO_TEST_CASE(a_repetition_is_known_by_its_ids) {
  struct {
    const char* name;
    stream_facts stream;
    expected_state expected;
    std::vector<uuid> proposed;
    append_decision decision;
  } const rows[] = {
    {"no stream, the first", three_events, no_stream, ids({0}), {duplicate, 0}},
    {"no stream, all", three_events, no_stream, ids({0, 1, 2}), {duplicate, 2}},
    {"no stream, more than there are", three_events, no_stream, ids({0, 1, 2, 3}), {wrong_version}},
    {"no stream, second differs", three_events, no_stream, ids({0, 9}), {wrong_version}},
    {"no stream, first differs", three_events, no_stream, ids({9, 1}), {wrong_version}},
    {"0, what follows", three_events, at(0), ids({1, 2}), {duplicate, 2}},
    {"1, what follows", three_events, at(1), ids({2}), {duplicate, 2}},
    {"0, not what follows", three_events, at(0), ids({2}), {wrong_version}},
    {"the last is never compared", three_events, at(2), ids({2}), {pass}},
    {"any, all known", three_events, any, ids({0, 1}), {duplicate, 1}},
    {"any, in another order", three_events, any, ids({2, 0}), {duplicate, 0}},
    {"any, first unknown", three_events, any, ids({9, 0}), {pass}},
    {"any, later unknown", three_events, any, ids({0, 9}), {wrong_version}},
    {"exists, all known", three_events, exists, ids({2}), {duplicate, 2}},
    {"exists, later unknown", three_events, exists, ids({2, 9}), {wrong_version}},
    {"soft-deleted, no stream, all", soft_deleted, no_stream, ids({0, 1}), {duplicate, 1}},
    {"soft-deleted, no stream, first differs", soft_deleted, no_stream, ids({9}), {pass}},
    {"soft-deleted, no stream, second differs", soft_deleted, no_stream, ids({0, 9}), {wrong_version}},
    {"tombstoned", tombstoned, no_stream, ids({0}), {deleted}},
  };
  scripted_ids known;
  known.held = ids({0, 1, 2});
  for (auto& [name, stream, expected, proposed, decision] : rows)
    BOOST_TEST((decide_append(stream, expected, proposed, known) == decision), name);
}

BOOST_AUTO_TEST_CASE(without_a_place_only_recent_ids_are_known) {
  scripted_ids known;
  known.held = ids({0, 1, 2});
  known.remembered = false;
  BOOST_TEST((decide_append(three_events, any, ids({0}), known).verdict == pass));
  BOOST_TEST((decide_append(three_events, no_stream, ids({0}), known).verdict == duplicate));
}

BOOST_AUTO_TEST_CASE(deletes_and_tombstones_follow_their_table) {
  struct {
    const char* name;
    stream_facts stream;
    expected_state expected;
    append_verdict soft;
    append_verdict hard;
  } const rows[] = {
    {"missing, any", missing, any, wrong_version, pass},
    {"missing, no stream", missing, no_stream, wrong_version, pass},
    {"missing, exists", missing, exists, wrong_version, wrong_version},
    {"missing, 0", missing, at(0), wrong_version, wrong_version},
    {"metadata only, any", metadata_only, any, pass, pass},
    {"three, any", three_events, any, pass, pass},
    {"three, 2", three_events, at(2), pass, pass},
    {"three, 1", three_events, at(1), wrong_version, wrong_version},
    {"three, no stream", three_events, no_stream, wrong_version, wrong_version},
    {"soft-deleted, any", soft_deleted, any, pass, pass},
    {"soft-deleted, 2", soft_deleted, at(2), pass, pass},
    {"soft-deleted, no stream", soft_deleted, no_stream, pass, pass},
    {"soft-deleted, exists", soft_deleted, exists, deleted, deleted},
    {"tombstoned, any", tombstoned, any, deleted, deleted},
    {"tombstoned, 2", tombstoned, at(2), deleted, deleted},
  };
  for (auto& [name, stream, expected, soft, hard] : rows) {
    BOOST_TEST((decide_delete(stream, expected, false) == soft), name << ", delete");
    BOOST_TEST((decide_delete(stream, expected, true) == hard), name << ", tombstone");
  }
}

BOOST_AUTO_TEST_SUITE_END()
