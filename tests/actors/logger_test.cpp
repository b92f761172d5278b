// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "actors/runtime/logger.hpp"
#include "tests/fixtures/wait.hpp"

using namespace kdb;

namespace {

constexpr auto some = policy::log_event::setting_warned;

/// Collects lines; can be told to stand still.
class collector {
public:
  log_sink sink() {
    return [this](log_level level, std::string_view line) {
      std::unique_lock lock{mutex_};
      lines_.emplace_back(level, std::string{line});
      changed_.notify_all();
      changed_.wait(lock, [&] { return !held_; });
    };
  }
  void hold() { set_held(true); }
  void release() { set_held(false); }
  /// Waits for so many lines; fewer when they do not come.
  std::vector<std::pair<log_level, std::string>> lines(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, fixtures::patience, [&] { return lines_.size() >= count; });
    return lines_;
  }

private:
  void set_held(bool held) {
    std::lock_guard lock{mutex_};
    held_ = held;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<log_level, std::string>> lines_;
  bool held_ = false;
};

} // namespace

BOOST_AUTO_TEST_SUITE(logger_)

BOOST_AUTO_TEST_CASE(a_record_has_its_event_and_its_fields) {
  std::string heard;
  {
    const logger log{[&](const log_record& record) { heard = to_json(record); }, log_level::info};
    log(log_level::warning, policy::log_event::gave_up, "no node",
        {{"error.type", "unavailable"}, {"server.port", std::int64_t{2113}}});
  }
  BOOST_TEST(
    heard ==
    R"({"level":"warning","event":"connection.gave_up","text":"no node","error.type":"unavailable","server.port":2113})");
}

BOOST_AUTO_TEST_CASE(lines_come_in_order_and_all_before_its_end) {
  collector seen;
  {
    const logger log{seen.sink(), log_level::info};
    for (int i = 0; i < 1000; ++i)
      log(log_level::info, some, std::to_string(i));
  }
  const auto lines = seen.lines(1000);
  BOOST_REQUIRE_EQUAL(lines.size(), 1000u);
  for (int i = 0; i < 1000; ++i)
    BOOST_TEST(lines[i].second == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(lines_below_the_minimum_are_not_wanted) {
  collector seen;
  {
    const logger log{seen.sink(), log_level::warning};
    BOOST_TEST(!log.wants(log_level::info));
    log(log_level::debug, some, "no");
    log(log_level::info, some, "no");
    log(log_level::warning, some, "yes");
    log(log_level::error, some, "yes");
  }
  BOOST_TEST(seen.lines(2).size() == 2u);
}

BOOST_AUTO_TEST_CASE(without_a_sink_nothing_is_wanted) {
  const logger log{{}, log_level::debug};
  BOOST_TEST(!log.wants(log_level::error));
  log(log_level::error, some, "nobody hears it");
}

BOOST_AUTO_TEST_CASE(a_sink_that_throws_gets_the_next_line_all_the_same) {
  collector seen;
  {
    const logger log{[sink = seen.sink()](const log_record& record) {
                       sink(record);
                       throw std::runtime_error{"scripted"};
                     },
                     log_level::info};
    log(log_level::info, some, "one");
    log(log_level::info, some, "two");
  }
  BOOST_TEST(seen.lines(2).size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_slow_sink_can_not_take_is_dropped_and_counted) {
  collector seen;
  seen.hold();
  {
    const logger log{seen.sink(), log_level::info};
    log(log_level::info, some, "first");
    seen.lines(1); // The sink stands in it now.
    for (int i = 0; i < 10'500; ++i)
      log(log_level::info, some, "more");
    seen.release();
    const auto lines = seen.lines(10'002);
    BOOST_REQUIRE_EQUAL(lines.size(), 10'002u);
    BOOST_TEST(lines.back().second.find("500") != std::string::npos);
    BOOST_TEST((lines.back().first == log_level::warning));
  }
}

BOOST_AUTO_TEST_CASE(its_end_on_the_thread_of_the_sink_does_not_wait_for_itself) {
  std::promise<std::chrono::milliseconds> took;
  auto later = took.get_future();
  std::promise<void> mine_is_gone;
  auto held = std::make_shared<logger_ptr>();
  auto mine = std::make_shared<const logger>(
    [&took, held, last = std::make_shared<std::future<void>>(mine_is_gone.get_future())](log_level, std::string_view) {
      last->wait();
      const fixtures::stopwatch watch;
      const auto on_sink = logger::on_sink_thread();
      held->reset();
      took.set_value(on_sink ? watch.elapsed() : std::chrono::milliseconds{-1});
    },
    log_level::info);
  *held = mine;
  held.reset();
  BOOST_TEST(!logger::on_sink_thread());
  (*mine)(log_level::info, some, "end yourself");
  mine.reset();
  mine_is_gone.set_value();
  const auto duration = fixtures::value_of(later, "the logger's end");
  BOOST_TEST(duration.count() >= 0);
  BOOST_TEST((duration < std::chrono::milliseconds{900}));
}

BOOST_AUTO_TEST_CASE(a_sink_that_hangs_holds_its_end_up_for_a_bounded_time) {
  const auto seen = std::make_shared<collector>(); // The sink keeps it: it outlives the logger here.
  seen->hold();
  const fixtures::stopwatch watch;
  {
    const logger log{[seen, sink = seen->sink()](const log_record& record) { sink(record); }, log_level::info};
    log(log_level::info, some, "first");
    seen->lines(1);
  }
  BOOST_TEST((watch.elapsed() >= std::chrono::milliseconds{900}));
  BOOST_TEST((watch.elapsed() < fixtures::patience));
  seen->release();
}

BOOST_AUTO_TEST_CASE(lines_of_many_threads_all_come) {
  collector seen;
  {
    const logger log{seen.sink(), log_level::info};
    std::vector<std::thread> all;
    for (int t = 0; t < 4; ++t)
      all.emplace_back([&log] {
        for (int i = 0; i < 500; ++i)
          log(log_level::info, some, "x");
      });
    for (auto& each : all)
      each.join();
  }
  BOOST_TEST(seen.lines(2000).size() == 2000u);
}

BOOST_AUTO_TEST_SUITE_END()
