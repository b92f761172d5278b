// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

#include "libkdb/values/recorded_event_builder.hpp"
#include <kdb/checkpoint_store.hpp>

using namespace std::chrono_literals;
using kdb::batch_item;
using kdb::log_position;
using kdb::resume_point;
using kdb::stream_revision;

namespace {

/// Remembers what it was told to store, and fails on demand.
struct recording_store final : kdb::checkpoint_store {
  kdb::result<std::optional<resume_point>> load(std::string_view) override {
    return stored.empty() ? std::nullopt : std::optional{stored.back()};
  }
  kdb::result<void> store(std::string_view, const resume_point& point) override {
    if (broken)
      return kdb::unexpected(kdb::errc::internal, "disk full");
    stored.push_back(point);
    return {};
  }
  std::vector<resume_point> stored;
  bool broken = false;
};

kdb::recorded_event event_at(std::uint64_t number) {
  kdb::recorded_event_builder built;
  built.stream("orders").type("t").id(kdb::random_uuid()).revision({number}).position({number * 100, number * 100});
  return built.build();
}

/// Handles an event with this number.
kdb::result<void> handle(kdb::checkpointer& target, std::uint64_t number, std::chrono::steady_clock::time_point now) {
  const auto event = event_at(number);
  return target.handled(batch_item{kdb::resolved_event{&event, nullptr}}, now);
}

const std::chrono::steady_clock::time_point start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(checkpointer)

BOOST_AUTO_TEST_CASE(commits_after_so_many_items) {
  recording_store store;
  kdb::checkpointer target{store, "s", kdb::followed::stream, {.items = 3, .interval = 1h}};
  for (auto number = 0u; number < 7; ++number)
    BOOST_TEST(handle(target, number, start).has_value());
  BOOST_TEST((store.stored == std::vector<resume_point>{stream_revision{2}, stream_revision{5}}));
  BOOST_TEST(target.flush().has_value());
  BOOST_TEST((store.stored.back() == resume_point{stream_revision{6}}));
  BOOST_TEST(target.flush().has_value());
  BOOST_TEST(store.stored.size() == 3u);
}

BOOST_AUTO_TEST_CASE(commits_when_the_interval_is_over) {
  recording_store store;
  kdb::checkpointer target{store, "s", kdb::followed::all, {.items = 1000, .interval = 5s}};
  BOOST_TEST(handle(target, 1, start).has_value());
  BOOST_TEST(handle(target, 2, start + 4999ms).has_value());
  BOOST_TEST(store.stored.empty());
  BOOST_TEST(handle(target, 3, start + 5s).has_value());
  BOOST_TEST((store.stored == std::vector<resume_point>{log_position{300, 300}}));
}

BOOST_AUTO_TEST_CASE(checkpoints_of_the_server_count_for_all_and_not_for_a_stream) {
  recording_store of_all, of_stream;
  kdb::checkpointer all{of_all, "a", kdb::followed::all, {.items = 1, .interval = 1h}};
  kdb::checkpointer stream{of_stream, "s", kdb::followed::stream, {.items = 1, .interval = 1h}};
  const batch_item passed{kdb::checkpoint{.position = {70, 70}}};
  BOOST_TEST(all.handled(passed, start).has_value());
  BOOST_TEST(stream.handled(passed, start).has_value());
  BOOST_TEST((of_all.stored == std::vector<resume_point>{log_position{70, 70}}));
  BOOST_TEST(of_stream.stored.empty());
}

BOOST_AUTO_TEST_CASE(caught_up_moves_nothing) {
  recording_store store;
  kdb::checkpointer target{store, "a", kdb::followed::all, {.items = 1, .interval = 0ms}};
  BOOST_TEST(target.handled(batch_item{kdb::caught_up{.position = log_position{900, 900}}}, start).has_value());
  BOOST_TEST(target.flush().has_value());
  BOOST_TEST(store.stored.empty());
}

BOOST_AUTO_TEST_CASE(the_link_counts_and_not_its_target) {
  recording_store store;
  kdb::checkpointer target{store, "s", kdb::followed::stream, {.items = 1, .interval = 1h}};
  const auto event = event_at(99), link = event_at(4);
  BOOST_TEST(target.handled(batch_item{kdb::resolved_event{&event, &link}}, start).has_value());
  BOOST_TEST((store.stored == std::vector<resume_point>{stream_revision{4}}));
}

BOOST_AUTO_TEST_CASE(a_commit_that_failed_is_made_up_for_with_the_next_item) {
  recording_store store;
  store.broken = true;
  kdb::checkpointer target{store, "s", kdb::followed::stream, {.items = 1, .interval = 1h}};
  BOOST_TEST(!handle(target, 1, start).has_value());
  store.broken = false;
  BOOST_TEST(handle(target, 2, start).has_value());
  BOOST_TEST((store.stored == std::vector<resume_point>{stream_revision{2}}));
}

BOOST_AUTO_TEST_CASE(resumes_from_what_is_stored) {
  recording_store store;
  kdb::checkpointer target{store, "s", kdb::followed::stream};
  BOOST_TEST(!target.resume()->has_value());
  store.stored.push_back(stream_revision{7});
  BOOST_TEST((**target.resume() == resume_point{stream_revision{7}}));
}

BOOST_AUTO_TEST_SUITE_END()
