// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <kdb/devnode.hpp>

#include "tests/fixtures/child_node.hpp"
#include "tests/fixtures/cluster.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

// A node's statistics, watched through every way in, over TCP.

using namespace kdb;
using namespace std::chrono_literals;
using fixtures::code_of, fixtures::settings_for;
namespace data = boost::unit_test::data;

namespace {

/// A watch, whichever way in. An error of its start comes with the first `next`, as the blocking client has it.
class any_watch {
public:
  virtual ~any_watch() = default;
  virtual result<server_statistics> next() = 0;
  virtual void cancel() = 0;
  virtual void close_client() = 0;
};

class actors_watch : public any_watch {
public:
  actors_watch(const settings& how, watch_statistics_options options) : in_{how} {
    caf::scoped_actor self{in_.db.home_system()};
    self->request(in_.db, caf::infinite, watch_statistics{std::move(options)})
      .receive([&](statistics_watcher_actor& started) { source_ = std::move(started); },
               [&](const caf::error& why) { source_ = unexpected{error::from(why)}; });
  }
  result<server_statistics> next() override {
    if (!source_)
      return unexpected{source_.error()};
    result<server_statistics> sample = unexpected(errc::internal, "no answer");
    caf::scoped_actor self{in_.db.home_system()};
    self->request(*source_, caf::infinite, kdb::next{})
      .receive([&](server_statistics& value) { sample = std::move(value); },
               [&](const caf::error& why) { sample = unexpected{error::from(why)}; });
    return sample;
  }
  void cancel() override { caf::anon_send(source_.value(), kdb::cancel{}); }
  void close_client() override { caf::anon_send(in_.db, kdb::close{}); }

private:
  fixtures::through_actors in_;
  result<statistics_watcher_actor> source_ = unexpected(errc::internal, "no answer");
};

class blocking_watch : public any_watch {
public:
  blocking_watch(const settings& how, watch_statistics_options options)
    : in_{how}, watch_{in_.db.watch_statistics(std::move(options))} {}
  result<server_statistics> next() override { return watch_.next(); }
  void cancel() override { watch_.cancel(); }
  void close_client() override { in_.db.close(); }

private:
  fixtures::through_blocking in_;
  statistics_watch watch_;
};

class asio_watch : public any_watch {
public:
  asio_watch(const settings& how, watch_statistics_options options)
    : in_{how}, watch_{in_.db.watch_statistics(std::move(options), boost::asio::use_future).get()} {}
  result<server_statistics> next() override {
    if (!watch_)
      return unexpected{watch_.error()};
    return watch_->next(boost::asio::use_future).get();
  }
  void cancel() override { watch_->cancel(); }
  void close_client() override { in_.db.close(boost::asio::use_future).get().value(); }

private:
  fixtures::through_asio in_;
  result<async_statistics_watch> watch_;
};

struct way {
  const char* name;
  std::unique_ptr<any_watch> (*start)(const settings&, watch_statistics_options);
  friend std::ostream& operator<<(std::ostream& out, const way& one) { return out << one.name; }
};

template <class Watch>
std::unique_ptr<any_watch> start(const settings& how, watch_statistics_options options) {
  return std::make_unique<Watch>(how, std::move(options));
}

constexpr way ways[] = {{"actors", start<actors_watch>}, {"blocking", start<blocking_watch>}, {"asio", start<asio_watch>}};

std::string process_of(const result<server_statistics>& sample) {
  fixtures::require_done(sample);
  BOOST_REQUIRE(sample->values.contains("proc-id"));
  return sample->values.at("proc-id");
}

/// A `next` on a thread of its own.
std::future<result<server_statistics>> next_later(any_watch& watch) {
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

} // namespace

BOOST_AUTO_TEST_SUITE(watched_statistics)

BOOST_DATA_TEST_CASE(the_first_sample_comes_at_once_and_each_further_one_after_the_period, data::make(ways), in) {
  devnode node;
  constexpr auto period = 200ms;
  const auto watch = in.start(settings_for(node.connection_string()), {.refresh_period = period});
  const fixtures::stopwatch since;
  for (int i = 0; i < 4; ++i) {
    const auto sample = watch->next();
    fixtures::require_done(sample);
    for (const auto* name : {"proc-id", "proc-mem", "sys-totalMem", "es-checksum"})
      BOOST_TEST(sample->values.count(name) == 1u, name);
    BOOST_TEST((since.elapsed() >= i * period));
  }
  const auto unhurried = in.start(settings_for(node.connection_string()), {.refresh_period = 1h});
  fixtures::require_done(unhurried->next());
}

BOOST_DATA_TEST_CASE(a_watch_continues_on_a_node_that_was_killed_and_runs_again, data::make(ways), in) {
  fixtures::child_node node;
  const auto watch = in.start(settings_for(node.connection_string()), {.refresh_period = 20ms});
  const auto before = process_of(watch->next());
  BOOST_TEST(process_of(watch->next()) == before);
  node.kill();
  auto later = next_later(*watch);
  node.restart();
  BOOST_TEST(process_of(fixtures::value_of(later, "a sample of the new process")) != before);
  process_of(watch->next());
}

BOOST_DATA_TEST_CASE(a_watch_continues_on_the_next_leader, data::make(ways), in) {
  fixtures::cluster nodes;
  nodes.settle();
  const auto watch = in.start(settings_for(nodes.connection_string()), {.refresh_period = 20ms});
  fixtures::require_done(watch->next());
  nodes.kill(nodes.some_leader());
  auto later = next_later(*watch);
  fixtures::require_done(fixtures::value_of(later, "a sample of another node"));
}

BOOST_DATA_TEST_CASE(an_option_that_makes_no_sense_is_refused_by_its_name, data::make(ways) * data::make(refused_options), in,
                     one) {
  devnode node;
  const auto watch = in.start(settings_for(node.connection_string()), one.options);
  for (int i = 0; i < 2; ++i) {
    const result<server_statistics> refused = watch->next();
    BOOST_TEST(code_of(refused) == errc::invalid_argument);
    BOOST_REQUIRE(refused.error().get<bad_argument>());
    BOOST_TEST(refused.error().get<bad_argument>()->name == one.member);
  }
}

BOOST_DATA_TEST_CASE(a_sample_that_is_waited_for_ends_with_the_watch, data::make(ways) * data::make({false, true}), in, closing) {
  devnode node;
  const auto watch = in.start(settings_for(node.connection_string()), {.refresh_period = std::chrono::milliseconds::max()});
  fixtures::require_done(watch->next());
  auto later = next_later(*watch);
  BOOST_TEST((later.wait_for(50ms) == std::future_status::timeout));
  closing ? watch->close_client() : watch->cancel();
  const auto expected = closing ? errc::closed : errc::cancelled;
  BOOST_TEST(code_of(fixtures::value_of(later, "the end of a watch")) == expected);
  BOOST_TEST(code_of(watch->next()) == expected);
}

BOOST_DATA_TEST_CASE(a_watch_that_finds_no_node_says_why_with_the_first_sample, data::make(ways), in) {
  const auto watch = in.start(settings_for("kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1"), {});
  BOOST_TEST(code_of(watch->next()) == errc::discovery_failed);
  BOOST_TEST(code_of(watch->next()) == errc::discovery_failed);
}

BOOST_DATA_TEST_CASE(a_watch_breaks_off_when_its_attempts_are_used_up, data::make(ways), in) {
  fixtures::child_node node;
  auto how = settings_for(node.connection_string());
  how.max_discover_attempts = 1;
  const auto watch = in.start(how, {.refresh_period = 20ms, .resume = {.limit = 1}});
  process_of(watch->next());
  node.kill();
  auto end = watch->next();
  while (end) // Of before.
    end = watch->next();
  BOOST_TEST((end.error().code == errc::unavailable || end.error().code == errc::discovery_failed));
  BOOST_TEST(code_of(watch->next()) == end.error().code);
}

BOOST_AUTO_TEST_CASE(samples_can_be_iterated_and_the_end_is_known_afterwards) {
  devnode node;
  auto db = client::connect(node.connection_string()).value();
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
  devnode node;
  std::promise<std::string> logged;
  auto how = settings_for(node.connection_string());
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
