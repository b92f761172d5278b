// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <kdb/client.hpp>

#include "tests/fixtures/child_node.hpp"
#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/server.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

// A node's statistics, watched through every way in, over TCP.

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::code_of, fixtures::every_way, fixtures::settings_for, fixtures::way;
namespace data = boost::unit_test::data;

namespace {

/// A watch and its client, whichever way in.
struct watched {
  std::unique_ptr<fixtures::any_client> client;
  std::unique_ptr<fixtures::running_watch> watch;

  result<server_statistics> next() const { return watch->next(); }
};

watched start(way in, const settings& settings, watch_statistics_options options) {
  auto client = fixtures::connect(in, settings);
  auto watch = client->watch_statistics(std::move(options));
  return {std::move(client), std::move(watch)};
}

std::string process_of(const result<server_statistics>& sample) {
  fixtures::require_done(sample);
  BOOST_REQUIRE(sample->values.contains("proc-id"));
  return sample->values.at("proc-id");
}

/// A `next` on a thread of its own.
std::future<result<server_statistics>> next_later(const watched& watch) {
  return std::async(std::launch::async, [&watch] { return watch.next(); });
}

struct refused_option {
  watch_statistics_options options;
  const char* member;
  friend std::ostream& operator<<(std::ostream& out, const refused_option& one) { return out << one.member; }
};

const refused_option refused_options[] = {
  {{.refresh_period = 0ms}, "refresh_period"}, {{.refresh_period = -1ms}, "refresh_period"},
  {{.resume = {.limit = -2}}, "resume.limit"}, {{.resume = {.watchdog = 5s}}, "resume.watchdog"},
  {{.call = {.deadline = 0ms}}, "deadline"},
};

// The cases are in here as well: they capture what is.
BOOST_AUTO_TEST_SUITE(watched_statistics)

BOOST_DATA_TEST_CASE(the_first_sample_comes_at_once_and_each_further_one_after_the_period, data::make(every_way), in) {
  const fixtures::server server;
  constexpr auto period = 200ms;
  const auto watch = start(in, server.settings(), {.refresh_period = period});
  const fixtures::stopwatch since;
  for (int i = 0; i < 4; ++i) {
    const auto sample = watch.next();
    fixtures::require_done(sample);
    for (const auto* name : {"proc-id", "proc-mem", "sys-totalMem", "es-checksum"})
      BOOST_TEST(sample->values.count(name) == 1u, name);
    BOOST_TEST((since.elapsed() >= i * period));
  }
  const auto unhurried = start(in, server.settings(), {.refresh_period = 1h});
  fixtures::require_done(unhurried.next());
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_watch_continues_on_a_node_that_was_killed_and_runs_again, data::make(every_way), in) {
  fixtures::child_node node;
  const auto watch = start(in, settings_for(node.connection_string()), {.refresh_period = 20ms});
  const auto before = process_of(watch.next());
  BOOST_TEST(process_of(watch.next()) == before);
  node.kill();
  auto later = next_later(watch);
  node.restart();
  BOOST_TEST(process_of(fixtures::value_of(later, "a sample of the new process")) != before);
  process_of(watch.next());
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_watch_continues_on_the_next_leader, data::make(every_way), in) {
  fixtures::cluster nodes;
  nodes.settle();
  const auto watch = start(in, settings_for(nodes.connection_string()), {.refresh_period = 20ms});
  fixtures::require_done(watch.next());
  nodes.kill(nodes.some_leader());
  auto later = next_later(watch);
  fixtures::require_done(fixtures::value_of(later, "a sample of another node"));
}

BOOST_DATA_TEST_CASE(an_option_that_makes_no_sense_is_refused_by_its_name, data::make(every_way) * data::make(refused_options),
                     in, one) {
  const fixtures::server server;
  const auto watch = start(in, server.settings(), one.options);
  for (int i = 0; i < 2; ++i) {
    const result<server_statistics> refused = watch.next();
    BOOST_TEST(code_of(refused) == errc::invalid_argument);
    BOOST_REQUIRE(refused.error().get<bad_argument>());
    BOOST_TEST(refused.error().get<bad_argument>()->name == one.member);
  }
}

BOOST_DATA_TEST_CASE(a_sample_that_is_waited_for_ends_with_the_watch, data::make(every_way) * data::make({false, true}), in,
                     closing) {
  const fixtures::server server;
  const auto watch = start(in, server.settings(), {.refresh_period = std::chrono::milliseconds::max()});
  fixtures::require_done(watch.next());
  auto later = next_later(watch);
  BOOST_TEST((later.wait_for(50ms) == std::future_status::timeout));
  closing ? watch.client->close() : watch.watch->cancel();
  const auto expected = closing ? errc::closed : errc::cancelled;
  BOOST_TEST(code_of(fixtures::value_of(later, "the end of a watch")) == expected);
  BOOST_TEST(code_of(watch.next()) == expected);
}

BOOST_DATA_TEST_CASE(a_watch_that_finds_no_node_says_why_with_the_first_sample, data::make(every_way), in) {
  const auto watch = start(in, settings_for("kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1"), {});
  BOOST_TEST(code_of(watch.next()) == errc::discovery_failed);
  BOOST_TEST(code_of(watch.next()) == errc::discovery_failed);
}

BOOST_TEST_DECORATOR(*fixtures::needs_own_node())
BOOST_DATA_TEST_CASE(a_watch_breaks_off_when_its_attempts_are_used_up, data::make(every_way), in) {
  fixtures::child_node node;
  auto how = settings_for(node.connection_string());
  how.max_discover_attempts = 1;
  const auto watch = start(in, how, {.refresh_period = 20ms, .resume = {.limit = 1}});
  process_of(watch.next());
  node.kill();
  auto end = watch.next();
  while (end) // Of before.
    end = watch.next();
  BOOST_TEST((end.error().code == errc::unavailable || end.error().code == errc::discovery_failed));
  BOOST_TEST(code_of(watch.next()) == end.error().code);
}

BOOST_AUTO_TEST_CASE(samples_can_be_iterated_and_the_end_is_known_afterwards) {
  const fixtures::server server;
  auto db = client::connect(server.settings()).value();
  auto watch = db.watch_statistics({.refresh_period = 20ms});
  auto count = 0;
  for (const auto& sample : watch.each()) {
    BOOST_TEST(sample.values.contains("proc-id"));
    if (++count == 3)
      break;
  }
  BOOST_TEST(watch.finish().has_value()); // The caller ended it.

  auto broken = db.watch_statistics({.refresh_period = 20ms});
  count = 0;
  for ([[maybe_unused]] const auto& sample : broken.each())
    if (++count == 3)
      db.close();
  BOOST_TEST(count == 3);
  BOOST_TEST(code_of(broken.finish()) == errc::closed);
}

BOOST_AUTO_TEST_CASE(an_error_that_nobody_looked_at_is_logged) {
  const fixtures::server server;
  std::promise<std::string> logged;
  auto how = server.settings();
  how.log = [&](log_level level, std::string_view text) {
    if (level == log_level::warning && text.find("watch of statistics") != text.npos)
      logged.set_value(std::string{text});
  };
  {
    auto db = client::connect(how).value();
    auto watch = db.watch_statistics({.refresh_period = 0ms});
    BOOST_TEST((watch.each().begin() == std::default_sentinel));
  }
  auto text = logged.get_future();
  BOOST_TEST(fixtures::value_of(text, "a line in the log").find("refresh_period") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
