// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <mutex>
#include <ostream>
#include <set>
#include <thread>

namespace kdb::integration {

namespace {

struct expectation {
  std::string_view stream;
  stream_state expected;
  bool holds;
  std::optional<stream_state> actual; // Told when it does not hold.
};

// "new" never existed, "three" has three events, "soft" was deleted after two.
const std::array expectations{
  expectation{"new", stream_state::any, true, {}},
  expectation{"new", stream_state::no_stream, true, {}},
  expectation{"new", stream_state::exists, false, stream_state::no_stream},
  expectation{"new", stream_state::revision(0), false, stream_state::no_stream},
  expectation{"three", stream_state::any, true, {}},
  expectation{"three", stream_state::exists, true, {}},
  expectation{"three", stream_state::revision(2), true, {}},
  expectation{"three", stream_state::no_stream, false, stream_state::revision(2)},
  expectation{"three", stream_state::revision(1), false, stream_state::revision(2)},
  expectation{"three", stream_state::revision(3), false, stream_state::revision(2)},
  expectation{"soft", stream_state::any, true, {}},
  expectation{"soft", stream_state::no_stream, true, {}},
  expectation{"soft", stream_state::revision(1), true, {}},
  expectation{"soft", stream_state::revision(0), false, stream_state::revision(1)},
};

std::ostream& operator<<(std::ostream& out, const expectation& row) {
  return out << row.stream << " expected to be " << to_string(row.expected);
}

} // namespace

BOOST_AUTO_TEST_SUITE(append)

KDB_SCENARIO(one_event_gets_the_first_revision_and_a_position) {
  scenario s{which};
  const auto done = value_of(s.client->append(s.stream, stream_state::no_stream, numbered(1)));
  BOOST_TEST(done.revision.value().value == 0u);
  BOOST_TEST((done.position == value_of(s.client->get_commit_position())));
}

KDB_SCENARIO(many_events_are_written_in_their_order) {
  scenario s{which};
  const auto done = value_of(s.client->append(s.stream, stream_state::no_stream, numbered(100)));
  BOOST_TEST(done.revision.value().value == 99u);
  const auto read = read_to_end(s.client->read_stream(s.stream));
  require(read.end);
  const auto events = read.events();
  BOOST_REQUIRE(events.size() == 100u);
  for (std::size_t i = 0; i < events.size(); ++i)
    BOOST_TEST(events[i].data() == "{\"n\":" + std::to_string(i) + "}");
}

KDB_SCENARIO(no_events_only_check_the_expected_state) {
  scenario s{which};
  BOOST_TEST(!value_of(s.client->append(s.stream, stream_state::no_stream, {})).revision.has_value());
  value_of(s.client->append(s.stream, stream_state::any, numbered(3)));
  BOOST_TEST(value_of(s.client->append(s.stream, stream_state::revision(2), {})).revision.value().value == 2u);
  BOOST_TEST(error_of(s.client->append(s.stream, stream_state::revision(7), {})).code == errc::wrong_expected_version);
  BOOST_TEST(read_to_end(s.client->read_stream(s.stream)).events().size() == 3u);
}

KDB_SCENARIO(ten_thousand_events_go_in_one_append) {
  scenario s{which};
  BOOST_TEST(value_of(s.client->append(s.stream, stream_state::no_stream, numbered(10'000))).revision.value().value == 9'999u);
  const auto read = read_to_end(s.client->read_stream(s.stream));
  require(read.end);
  BOOST_TEST((read.revisions() == numbers(0, 10'000)));
}

KDB_SCENARIO(an_event_of_15_mib_arrives_as_it_was) {
  scenario s{which};
  auto large = sized(15 << 20);
  for (std::size_t i = 0; i < large.data.size(); i += 4096)
    large.data[i] = static_cast<char>(i >> 12);
  value_of(s.client->append(s.stream, stream_state::no_stream, {large}));
  const auto read = read_to_end(s.client->read_stream(s.stream));
  require(read.end);
  BOOST_TEST((read.events().at(0).data() == large.data));
}

KDB_LARGE_SCENARIO(a_hundred_mib_go_in_one_append_or_not_at_all) {
  scenario s{which};
  std::vector<new_event> events;
  for (int i = 0; i < 100; ++i)
    events.push_back(sized(1 << 20));
  BOOST_TEST(error_of(s.client->append(s.stream, stream_state::exists, events)).code == errc::wrong_expected_version);
  BOOST_TEST(value_of(s.client->append(s.stream, stream_state::no_stream, events)).revision.value().value == 99u);
  const auto last = read_to_end(s.client->read_stream(s.stream, {.direction = backwards, .limit = 1}));
  require(last.end);
  BOOST_TEST((last.revisions() == numbers(99, 100)));
}

KDB_SCENARIO(events_keep_their_type_data_metadata_content_type_and_id) {
  scenario s{which};
  using namespace std::string_literals;
  const std::vector<new_event> events{
    new_event::json("plain", R"({"a":1})", R"({"who":"me"})"),
    new_event::json("no metadata", "{}"),
    new_event::json("not json at all", "}{", "neither"),
    new_event::binary("bytes", "\0\xff\x80 \n"s, "\0\x01"s),
    new_event::binary("no data", ""),
    new_event::json("Überweisung ausgeführt – 送金 🎉", R"({"text":"grüß dich"})"),
  };
  const auto stream = s.named("Konto-ÄÖÜ-1");
  value_of(s.client->append(stream, stream_state::no_stream, events));
  const auto read = read_to_end(s.client->read_stream(stream));
  require(read.end);
  const auto recorded = read.events();
  BOOST_REQUIRE(recorded.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    BOOST_TEST(recorded[i].stream() == stream);
    BOOST_TEST(recorded[i].type() == events[i].type);
    BOOST_TEST(recorded[i].data() == events[i].data);
    BOOST_TEST(recorded[i].metadata() == events[i].metadata);
    BOOST_TEST((recorded[i].content_type() == events[i].content_type));
    BOOST_TEST((recorded[i].id() == events[i].id));
  }
}

KDB_SCENARIO(an_event_says_when_it_was_created) {
  scenario s{which};
  const auto before = std::chrono::system_clock::now() - 1s;
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  const auto read = read_to_end(s.client->read_stream(s.stream));
  const auto created = read.events().at(0).event().created();
  BOOST_TEST((created >= before && created <= std::chrono::system_clock::now() + 1s));
}

// -- expected states -------------------------------------------------------------------

KDB_SCENARIO_TABLE(an_expected_state_holds_or_the_error_tells_expected_and_actual, expectations) {
  scenario s{which};
  value_of(s.client->append(s.named("three"), stream_state::any, numbered(3)));
  value_of(s.client->append(s.named("soft"), stream_state::any, numbered(2)));
  s.delete_stream(s.named("soft"));

  const auto before = value_of(s.client->get_commit_position());
  const auto done = s.client->append(s.named(row.stream), row.expected, numbered(1));
  BOOST_REQUIRE(done.has_value() == row.holds);
  if (row.holds)
    return;
  const auto& why = done.error();
  BOOST_TEST(why.code == errc::wrong_expected_version);
  BOOST_TEST(!why.outcome_unknown);
  const auto* detail = why.get<version_mismatch>();
  BOOST_REQUIRE(detail);
  BOOST_TEST(detail->stream == s.named(row.stream));
  BOOST_TEST((detail->expected == row.expected));
  BOOST_TEST((detail->actual == row.actual));
  BOOST_TEST((value_of(s.client->get_commit_position()) == before));
}

KDB_SCENARIO(a_tombstoned_stream_takes_no_append) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  s.tombstone_stream(s.stream);
  const auto why = error_of(s.client->append(s.stream, stream_state::any, numbered(1)));
  BOOST_TEST(why.code == errc::stream_deleted);
  BOOST_REQUIRE(why.get<stream_name>());
  BOOST_TEST(why.get<stream_name>()->name == s.stream);
}

// -- trying again ------------------------------------------------------------------------

KDB_SCENARIO(a_retry_with_the_same_ids_tells_the_first_place_and_writes_nothing) {
  for (const auto expected : {stream_state::no_stream, stream_state::any}) {
    scenario s{which};
    const auto events = numbered(3);
    const auto first = value_of(s.client->append(s.stream, expected, events));
    value_of(s.client->append(s.named("other"), stream_state::any, numbered(1)));
    BOOST_TEST((value_of(s.client->append(s.stream, expected, events)) == first));
    BOOST_TEST(read_to_end(s.client->read_stream(s.stream)).events().size() == 3u);
  }
}

KDB_SCENARIO(a_retry_is_recognised_behind_later_events) {
  scenario s{which};
  value_of(s.client->append(s.stream, stream_state::no_stream, numbered(2)));
  const auto events = numbered(2, 2);
  const auto first = value_of(s.client->append(s.stream, stream_state::revision(1), events));
  value_of(s.client->append(s.stream, stream_state::revision(3), numbered(5, 4)));
  BOOST_TEST(value_of(s.client->append(s.stream, stream_state::revision(1), events)).position->commit == first.position->commit);
}

// -- refused before it is sent -----------------------------------------------------------

namespace refused {

struct input {
  std::string_view what;
  std::string stream;
  std::vector<new_event> events;
  errc code;
  std::string_view argument; // Of the detail; empty: a size.
};

new_event with_nil_id() {
  auto event = sized(1);
  event.id = uuid{};
  return event;
}

std::vector<new_event> twice_the_same() {
  const auto event = sized(1);
  return {event, sized(1), event};
}

std::vector<input> all() {
  return {
    {"an event with the nil id", "s", {sized(1), with_nil_id()}, errc::invalid_argument, "events[1].id"},
    {"an event without a type", "s", {new_event::json("", "{}")}, errc::invalid_argument, "events[0].type"},
    {"a type that is no utf-8", "s", {new_event::json("\xff", "{}")}, errc::invalid_argument, "events[0].type"},
    {"an empty stream name", "", {sized(1)}, errc::invalid_argument, "stream"},
    {"the same id twice", "s", twice_the_same(), errc::invalid_argument, "events[2].id"},
    {"an event that no message can hold", "s", {sized(1), sized(17 << 20)}, errc::event_too_large, ""},
  };
}

} // namespace refused

KDB_SCENARIO(what_can_not_be_sent_is_refused_and_disturbs_nobody) {
  scenario s{which};
  value_of(s.client->append(s.named("others"), stream_state::any, numbered(1)));
  std::vector<std::future<result<append_result>>> others;
  for (const auto& row : refused::all()) {
    for (int i = 0; i < 20; ++i)
      others.push_back(s.client->start_append(s.named("others"), stream_state::any, numbered(2)));
    const auto why = error_of(s.client->append(row.stream.empty() ? "" : s.stream, stream_state::any, row.events));
    BOOST_TEST_CONTEXT(row.what) {
      BOOST_TEST(why.code == row.code);
      BOOST_TEST(!why.outcome_unknown);
      BOOST_TEST(!why.retry_can_help);
      if (row.argument.empty()) {
        BOOST_REQUIRE(why.get<size_limit>());
        BOOST_TEST(why.get<size_limit>()->actual > why.get<size_limit>()->limit);
      } else {
        BOOST_REQUIRE(why.get<bad_argument>());
        BOOST_TEST(why.get<bad_argument>()->name == row.argument);
      }
    }
  }
  for (auto& each : others)
    value_of(fixtures::value_of(each, "the other appends"));
  BOOST_TEST(error_of(read_to_end(s.client->read_stream(s.stream)).end).code == errc::stream_not_found);
  BOOST_TEST(read_to_end(s.client->read_stream(s.named("others"))).events().size() == 1 + others.size() * 2);
}

KDB_NODE_SCENARIO(what_only_the_server_finds_too_large_is_a_typed_error) {
  const fixtures::node node{{.max_append_size = 1 << 20, .max_append_event_size = 100'000}};
  const auto client = connect(which, node.connection_string());
  const auto one = error_of(client->append("s", stream_state::any, {sized(200'000)}));
  BOOST_TEST(one.code == errc::event_too_large);
  BOOST_REQUIRE(one.get<size_limit>());
  BOOST_TEST(one.get<size_limit>()->limit == 100'000u);
  const auto sum =
    error_of(client->append("s", stream_state::any,
                            {sized(90'000), sized(90'000), sized(90'000), sized(90'000), sized(90'000), sized(90'000),
                             sized(90'000), sized(90'000), sized(90'000), sized(90'000), sized(90'000), sized(90'000)}));
  BOOST_TEST(sum.code == errc::append_too_large);
  BOOST_TEST(error_of(read_to_end(client->read_stream("s")).end).code == errc::stream_not_found);
  value_of(client->append("s", stream_state::no_stream, numbered(1)));
}

// -- many at once ------------------------------------------------------------------------

KDB_SCENARIO(appends_at_once_never_mix_their_events) {
  constexpr int callers = 8, appends_each = 50, events_each = 7;
  scenario s{which};
  std::vector<std::future<result<append_result>>> running;
  std::vector<std::thread> threads;
  std::mutex mutex;
  for (int caller = 0; caller < callers; ++caller)
    threads.emplace_back([&, caller] {
      for (int i = 0; i < appends_each; ++i) {
        std::vector<new_event> events;
        for (int n = 0; n < events_each; ++n)
          events.push_back(new_event::json("happened", std::to_string(caller * appends_each + i)));
        auto started = s.client->start_append(s.stream, stream_state::any, std::move(events));
        std::lock_guard lock{mutex};
        running.push_back(std::move(started));
      }
    });
  for (auto& thread : threads)
    thread.join();
  for (auto& each : running)
    value_of(fixtures::value_of(each, "an append"));
  const auto read = read_to_end(s.client->read_stream(s.stream));
  require(read.end);
  const auto events = read.events();
  BOOST_REQUIRE(events.size() == std::size_t{callers * appends_each * events_each});
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < events.size(); i += events_each) {
    BOOST_TEST(seen.insert(events[i].data()).second);
    for (std::size_t n = 1; n < events_each; ++n)
      BOOST_REQUIRE(events[i + n].data() == events[i].data());
  }
}

KDB_SCENARIO(only_one_of_many_appends_with_the_same_expectation_wins) {
  scenario s{which};
  std::vector<std::future<result<append_result>>> running;
  for (int i = 0; i < 50; ++i)
    running.push_back(s.client->start_append(s.stream, stream_state::no_stream, numbered(2)));
  int winners = 0;
  for (auto& each : running) {
    const auto done = fixtures::value_of(each, "an append");
    winners += done ? 1 : 0;
    if (!done)
      BOOST_TEST(done.error().code == errc::wrong_expected_version);
  }
  BOOST_TEST(winners == 1);
  BOOST_TEST(read_to_end(s.client->read_stream(s.stream)).events().size() == 2u);
}

// -- both ways over the wire ---------------------------------------------------------------

/// Credentials of its own make an append a call of its own.
append_options call_of_its_own() {
  return {.call = {.credentials = credentials::basic("admin", "changeit")}};
}

KDB_SCENARIO(a_call_of_its_own_and_the_shared_one_give_equal_results) {
  scenario s{which, [](settings& how) { how.credentials_in_clear = true; }};
  for (const auto& options : {append_options{}, call_of_its_own()}) {
    const auto stream = s.named(options.call.credentials ? "own" : "shared");
    BOOST_TEST_CONTEXT(stream) {
      BOOST_TEST(!value_of(s.client->append(stream, stream_state::no_stream, {}, options)).revision.has_value());
      const auto events = numbered(3);
      const auto first = value_of(s.client->append(stream, stream_state::no_stream, events, options));
      BOOST_TEST(first.revision.value().value == 2u);
      BOOST_TEST((first.position == value_of(s.client->get_commit_position())));
      BOOST_TEST((value_of(s.client->append(stream, stream_state::no_stream, events, options)) == first));
      const auto why = error_of(s.client->append(stream, stream_state::revision(7), numbered(1), options));
      BOOST_TEST(why.code == errc::wrong_expected_version);
      BOOST_REQUIRE(why.get<version_mismatch>());
      BOOST_TEST((why.get<version_mismatch>()->expected == stream_state::revision(7)));
      BOOST_TEST((why.get<version_mismatch>()->actual == std::optional{stream_state::revision(2)}));
      s.tombstone_stream(stream);
      BOOST_TEST(error_of(s.client->append(stream, stream_state::any, numbered(1), options)).code == errc::stream_deleted);
    }
  }
}

KDB_SCENARIO(the_leader_is_required_or_not_and_the_only_node_serves_both) {
  scenario s{which};
  std::vector<std::future<result<append_result>>> running;
  for (int i = 0; i < 100; ++i)
    running.push_back(
      s.client->start_append(s.stream, stream_state::any, numbered(1), {.call = {.requires_leader = i % 2 == 0}}));
  for (auto& each : running)
    value_of(fixtures::value_of(each, "an append"));
  BOOST_TEST(read_to_end(s.client->read_stream(s.stream, {.call = {.requires_leader = true}})).events().size() == 100u);
  BOOST_TEST(read_to_end(s.client->read_stream(s.stream, {.call = {.requires_leader = false}})).events().size() == 100u);
}

// It can be written to again: the server's word for it is that of a tombstone.
KDB_SCENARIO(a_soft_deleted_stream_that_should_exist_is_a_failed_expectation) {
  scenario s{which, [](settings& settings) { settings.credentials_in_clear = true; }};
  value_of(s.client->append(s.named("soft"), stream_state::any, numbered(2)));
  s.delete_stream(s.named("soft"));
  append_options own_call;
  own_call.call.credentials = credentials::basic("admin", "changeit");
  for (const auto& options : {append_options{}, own_call}) {
    const auto error = error_of(s.client->append(s.named("soft"), stream_state::exists, numbered(1), options));
    BOOST_TEST(error.code == errc::wrong_expected_version);
    BOOST_REQUIRE(error.get<version_mismatch>());
    BOOST_TEST(error.get<version_mismatch>()->stream == s.named("soft"));
    BOOST_TEST(!error.outcome_unknown);
  }
  value_of(s.client->append(s.named("soft"), stream_state::no_stream, numbered(1)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
