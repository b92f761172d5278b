// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <ostream>

#include "tests/fixtures/tcp_proxy.hpp"

// Long lists, appended in parts.
namespace kdb::integration {

namespace {

/// Ten events to a part: each counts 1000 bytes.
append_in_parts_options ten_each() {
  append_in_parts_options how;
  how.part_bytes = 10'000;
  return how;
}

std::vector<new_event> thousand_bytes(std::size_t count) {
  std::vector<new_event> events;
  for (std::size_t i = 0; i < count; ++i)
    events.push_back(new_event::binary("happened", std::string(1000 - 2 * 8, 'x')));
  return events;
}

struct expectation {
  const char* name;
  stream_state expected;
  std::size_t there;
};

std::ostream& operator<<(std::ostream& out, const expectation& row) {
  return out << row.name;
}

const std::array expectations{
  expectation{"any, new stream", stream_state::any, 0},    expectation{"any, with events", stream_state::any, 3},
  expectation{"no stream", stream_state::no_stream, 0},    expectation{"exists", stream_state::exists, 3},
  expectation{"a revision", stream_state::revision(2), 3},
};

} // namespace

BOOST_AUTO_TEST_SUITE(parts)

KDB_SCENARIO_TABLE(a_list_is_written_in_order_and_part_by_part_whatever_is_expected, expectations) {
  scenario s{which};
  if (row.there > 0)
    value_of(s.client->append(s.stream, stream_state::no_stream, numbered(row.there)));
  const auto events = thousand_bytes(95);
  const auto done = s.client->append_in_parts(s.stream, row.expected, events, ten_each());
  BOOST_REQUIRE_MESSAGE(done.complete(), to_string(done));
  BOOST_TEST(done.events == 95u);
  BOOST_TEST(done.parts == 10u);
  BOOST_TEST((done.last.revision == stream_revision{row.there + 94}));
  const auto read = value_of(s.client->read_stream_to_end(s.stream, {.from = stream_revision{row.there}}));
  BOOST_REQUIRE(read.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i)
    BOOST_REQUIRE((read[i].id() == events[i].id));
}

KDB_SCENARIO(a_list_that_can_not_begin_writes_nothing_and_says_why) {
  scenario s{which};
  const auto wrong = s.client->append_in_parts(s.stream, stream_state::revision(7), thousand_bytes(30), ten_each());
  BOOST_REQUIRE(!wrong.complete());
  BOOST_TEST(wrong.events == 0u);
  BOOST_TEST(wrong.parts == 0u);
  BOOST_TEST(wrong.stopped->code == errc::wrong_expected_version);
  BOOST_REQUIRE(wrong.stopped->get<version_mismatch>());
  auto twice = thousand_bytes(30);
  twice[29].id = twice[0].id;
  BOOST_TEST(s.client->append_in_parts(s.stream, stream_state::any, twice, ten_each()).stopped->code == errc::invalid_argument);
  BOOST_TEST(error_of(s.client->read_stream_to_end(s.stream)).code == errc::stream_not_found);
}

KDB_SCENARIO(a_list_whose_later_part_is_refused_tells_how_far_it_came) {
  scenario s{which};
  const auto events = thousand_bytes(30);
  // Somebody else writes after the first part: its retry is recognised, and the second part finds another revision.
  value_of(s.client->append(s.stream, stream_state::no_stream, {events.begin(), events.begin() + 10}));
  value_of(s.client->append(s.stream, stream_state::revision(9), numbered(1)));
  const auto done = s.client->append_in_parts(s.stream, stream_state::no_stream, events, ten_each());
  BOOST_REQUIRE(!done.complete());
  BOOST_TEST(done.events == 10u);
  BOOST_TEST(done.parts == 1u);
  BOOST_TEST((done.last.revision == stream_revision{9}));
  BOOST_TEST(done.stopped->code == errc::wrong_expected_version);
  const auto* versions = done.stopped->get<version_mismatch>();
  BOOST_REQUIRE(versions);
  BOOST_TEST((versions->actual == stream_state::revision(10)));
  BOOST_TEST(value_of(s.client->read_stream_to_end(s.stream)).size() == 11u);
}

KDB_SCENARIO(a_retry_of_the_whole_list_writes_only_what_is_missing) {
  scenario s{which};
  const auto events = thousand_bytes(30);
  value_of(s.client->append(s.stream, stream_state::no_stream, {events.begin(), events.begin() + 10}));
  for (auto i = 0; i < 2; ++i) {
    const auto done = s.client->append_in_parts(s.stream, stream_state::no_stream, events, ten_each());
    BOOST_REQUIRE_MESSAGE(done.complete(), to_string(done));
    BOOST_TEST((done.last.revision == stream_revision{29}));
  }
  BOOST_TEST(value_of(s.client->read_stream_to_end(s.stream)).size() == 30u);
}

KDB_SCENARIO(no_events_only_check_the_expected_state_in_one_part) {
  scenario s{which};
  const auto none = s.client->append_in_parts(s.stream, stream_state::no_stream, {});
  BOOST_TEST(none.complete());
  BOOST_TEST(none.parts == 1u);
  BOOST_TEST(s.client->append_in_parts(s.stream, stream_state::exists, {}).stopped->code == errc::wrong_expected_version);
}

KDB_LARGE_SCENARIO(a_list_above_the_limit_of_one_append_goes_in_parts) {
  scenario s{which};
  std::vector<new_event> events;
  for (auto i = 0; i < 24; ++i)
    events.push_back(sized(12 << 20));
  BOOST_TEST(error_of(s.client->append(s.stream, stream_state::no_stream, events)).code == errc::append_too_large);
  const auto done = s.client->append_in_parts(s.stream, stream_state::no_stream, std::move(events));
  BOOST_REQUIRE_MESSAGE(done.complete(), to_string(done));
  BOOST_TEST((done.last.revision == stream_revision{23}));
}

/// Far more parts than are written while a test looks on: one for each event.
std::future<append_in_parts_result> start_endless_list(driver& client, const std::string& stream) {
  append_in_parts_options one_each;
  one_each.part_bytes = 1;
  return client.start_append_in_parts(stream, stream_state::no_stream, numbered(50'000), one_each);
}

void wait_for_some_parts(driver& client, const std::string& stream) {
  fixtures::wait_until("some parts", [&] { return client.read_stream(stream)->next().has_value(); });
}

KDB_NODE_SCENARIO(a_list_that_is_cut_off_tells_what_is_written_for_certain) {
  const fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  const auto client = connect(which, proxy.connection_string());
  const auto direct = connect(which, node.connection_string());
  auto later = start_endless_list(*client, "s");
  wait_for_some_parts(*direct, "s");
  proxy.stall();
  proxy.refuse();
  proxy.cut();
  const auto done = fixtures::value_of(later, "the end of an append in parts", 3 * fixtures::patience);
  BOOST_REQUIRE(!done.complete());
  BOOST_TEST(done.events == done.parts);
  // What the proxy had passed on may still be on its way into the log.
  const auto written = [&] {
    return read_to_end(direct->read_stream("s", {.direction = backwards, .limit = 1})).revisions().front();
  };
  const auto count = fixtures::wait_until_steady("the end of writing", written, 100ms) + 1;
  BOOST_TEST(count >= done.events);
  BOOST_TEST(count <= done.events + (done.stopped->outcome_unknown ? 1 : 0));
}

KDB_SCENARIO(a_list_under_way_ends_when_the_client_closes) {
  scenario s{which};
  auto later = start_endless_list(*s.client, s.stream);
  wait_for_some_parts(*s.client, s.stream);
  s.client->close();
  const auto done = fixtures::value_of(later, "the end of an append in parts");
  BOOST_REQUIRE(!done.complete());
  BOOST_TEST(done.stopped->code == errc::closed);
  const auto after = s.client->append_in_parts(s.stream, stream_state::any, thousand_bytes(1));
  BOOST_TEST(after.stopped->code == errc::closed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
