// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libkdb/policy/failure.hpp"
#include "libkdb/policy/resume.hpp"
#include "libkdb/values/recorded_event_builder.hpp"

using kdb::all_position;
using kdb::end_reason;
using kdb::errc;
using kdb::log_position;
using kdb::stream_position;
using kdb::stream_revision;
using kdb::policy::next_start;

namespace {

kdb::recorded_event event_at(std::uint64_t revision, std::uint64_t position) {
  return kdb::recorded_event_builder{}.stream("s").type("t").revision({revision}).position({position, position}).build();
}

const auto fifth = event_at(5, 50);
const auto ninth = event_at(9, 90);
const auto now = std::chrono::system_clock::time_point{std::chrono::seconds{1}};

/// One item, where a subscription would have begun before it, and where after it.
struct step {
  std::string name;
  std::shared_ptr<const kdb::batch_item> item; // Items cannot be copied, rows are.
  stream_position stream_before, stream_after;
  all_position all_before, all_after;
};

std::ostream& operator<<(std::ostream& out, const step& one) {
  return out << one.name;
}

stream_position at(std::uint64_t revision) {
  return stream_revision{revision};
}

all_position all_at(std::uint64_t position) {
  return log_position{position, position};
}

template <class Item>
std::shared_ptr<const kdb::batch_item> shared(Item item) {
  return std::make_shared<const kdb::batch_item>(std::move(item));
}

const std::vector<step> steps{
  {"event", shared(kdb::resolved_event{&fifth, nullptr}), kdb::stream_start, at(5), kdb::all_start, all_at(50)},
  {"event after the end", shared(kdb::resolved_event{&fifth, nullptr}), kdb::stream_end, at(5), kdb::all_end, all_at(50)},
  {"event after another", shared(kdb::resolved_event{&fifth, nullptr}), at(4), at(5), all_at(40), all_at(50)},
  {"event before the start", shared(kdb::resolved_event{&fifth, nullptr}), at(7), at(7), all_at(70), all_at(70)},
  {"resolved link", shared(kdb::resolved_event{&ninth, &fifth}), at(4), at(5), all_at(40), all_at(50)},
  {"broken link", shared(kdb::resolved_event{nullptr, &fifth}), at(4), at(5), all_at(40), all_at(50)},
  {"no event", shared(kdb::resolved_event{}), at(4), at(4), all_at(40), all_at(40)},
  {"checkpoint", shared(kdb::checkpoint{{60, 60}}), at(4), at(4), all_at(40), all_at(60)},
  {"old checkpoint", shared(kdb::checkpoint{{30, 30}}), at(4), at(4), all_at(40), all_at(40)},
  {"caught up", shared(kdb::caught_up{now, stream_revision{6}, log_position{60, 60}}), at(4), at(6), all_at(40), all_at(60)},
  {"caught up from the end", shared(kdb::caught_up{now, stream_revision{6}, log_position{60, 60}}), kdb::stream_end, at(6),
   kdb::all_end, all_at(60)},
  {"caught up where nothing is yet", shared(kdb::caught_up{now}), kdb::stream_end, kdb::stream_start, kdb::all_end,
   kdb::all_start},
  {"caught up of an old server", shared(kdb::caught_up{}), kdb::stream_end, kdb::stream_end, kdb::all_end, kdb::all_end},
  {"caught up without a place", shared(kdb::caught_up{now}), at(4), at(4), all_at(40), all_at(40)},
  {"fell behind", shared(kdb::fell_behind{now, stream_revision{6}, log_position{60, 60}}), at(4), at(4), all_at(40), all_at(40)},
  {"bounds", shared(kdb::stream_bounds{stream_revision{6}, stream_revision{7}}), at(4), at(4), all_at(40), all_at(40)},
};

} // namespace

BOOST_AUTO_TEST_SUITE(resume)

BOOST_DATA_TEST_CASE(an_item_moves_the_start_of_the_next_call, boost::unit_test::data::make(steps)) {
  BOOST_TEST((next_start(sample.stream_before, *sample.item) == sample.stream_after));
  BOOST_TEST((next_start(sample.all_before, *sample.item) == sample.all_after));
}

namespace {

/// A stream that grows while it is followed, as a server shows it: the events after the start, then caught_up.
struct growing_stream {
  std::vector<kdb::recorded_event> events;

  void grow(std::size_t count) {
    for (; count > 0; --count)
      events.push_back(event_at(events.size(), events.size() * 10));
  }

  std::vector<kdb::batch_item> follow(stream_position from) const {
    auto next = from.is_end() ? events.size() : from.is_start() ? 0 : from.revision()->value + 1;
    std::vector<kdb::batch_item> items;
    for (; next < events.size(); ++next)
      items.emplace_back(kdb::resolved_event{&events[next], nullptr});
    kdb::caught_up there{.time = now};
    if (!events.empty())
      there.revision = events.back().revision();
    items.emplace_back(there);
    return items;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(calls_that_break_off_anywhere_miss_and_repeat_nothing) {
  std::mt19937 random{7};
  for (int round = 0; round < 500; ++round) {
    growing_stream stream;
    stream.grow(random() % 4);
    const auto from_end = random() % 2 == 0;
    auto start = from_end ? kdb::stream_end : kdb::stream_start;
    const auto first = from_end ? stream.events.size() : 0;
    // The first call gets at least to the point where it knows its end; before that nothing was promised.
    bool knows_start = !from_end;
    std::vector<std::uint64_t> got;
    for (int call = 0; call < 20; ++call) {
      auto items = stream.follow(start);
      auto last = knows_start ? random() % (items.size() + 1) : items.size();
      for (std::size_t i = 0; i < last; ++i) {
        start = next_start(start, items[i]);
        if (auto* event = std::get_if<kdb::resolved_event>(&items[i]))
          got.push_back(event->revision().value);
      }
      knows_start = true;
      stream.grow(random() % 5);
    }
    for (auto& item : stream.follow(start))
      if (auto* event = std::get_if<kdb::resolved_event>(&item))
        got.push_back(event->revision().value);
    BOOST_TEST_REQUIRE(got.size() == stream.events.size() - first);
    for (std::size_t i = 0; i < got.size(); ++i)
      BOOST_TEST_REQUIRE(got[i] == first + i);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_batch_moves_nothing) {
  stream_position start = at(4);
  kdb::policy::note_received(start, {});
  BOOST_TEST((start == at(4)));
  all_position all = all_at(4);
  kdb::policy::note_received(all, {});
  BOOST_TEST((all == all_at(4)));
  BOOST_TEST((kdb::policy::last_event_of(start, {}, stream_revision{2}) == kdb::last_delivered{stream_revision{2}}));
  BOOST_TEST((kdb::policy::last_event_of(all, {}, {}) == kdb::last_delivered{}));
}

namespace {

struct ending {
  errc code;
  end_reason reason;
  bool is_final;
};

std::ostream& operator<<(std::ostream& out, const ending& one) {
  return out << kdb::to_string(one.code);
}

const std::vector<ending> endings{
  {errc::invalid_argument, end_reason::invalid, true},
  {errc::invalid_connection_string, end_reason::invalid, true},
  {errc::event_too_large, end_reason::invalid, true},
  {errc::append_too_large, end_reason::invalid, true},
  {errc::message_too_large, end_reason::invalid, true},
  {errc::read_too_large, end_reason::invalid, true},
  {errc::wrong_expected_version, end_reason::server_error, true},
  {errc::stream_not_found, end_reason::invalid, true},
  {errc::stream_deleted, end_reason::stream_deleted, true},
  {errc::invalid_position, end_reason::invalid, true},
  {errc::index_not_found, end_reason::invalid, true},
  {errc::unauthenticated, end_reason::access_denied, true},
  {errc::access_denied, end_reason::access_denied, true},
  {errc::group_not_found, end_reason::group_gone, true},
  {errc::group_exists, end_reason::server_error, true},
  {errc::group_failed, end_reason::server_error, true},
  {errc::group_dropped, end_reason::server_error, false},
  {errc::maximum_subscribers, end_reason::group_full, false},
  {errc::user_not_found, end_reason::invalid, true},
  {errc::user_conflict, end_reason::server_error, false},
  {errc::scavenge_not_found, end_reason::invalid, true},
  {errc::projection_not_found, end_reason::invalid, true},
  {errc::projection_exists, end_reason::server_error, true},
  {errc::projection_failed, end_reason::server_error, true},
  {errc::not_leader, end_reason::not_leader, false},
  {errc::not_ready, end_reason::connection_lost, false},
  {errc::too_busy, end_reason::server_error, false},
  {errc::server_timeout, end_reason::server_error, false},
  {errc::server_stopping, end_reason::connection_lost, false},
  {errc::consumer_too_slow, end_reason::server_error, false},
  {errc::unavailable, end_reason::connection_lost, false},
  {errc::discovery_failed, end_reason::connection_lost, false},
  {errc::tls_failed, end_reason::connection_lost, false},
  {errc::deadline_exceeded, end_reason::connection_lost, false},
  {errc::cancelled, end_reason::cancelled, true},
  {errc::closed, end_reason::closed, true},
  {errc::unsupported, end_reason::invalid, true},
  {errc::server_error, end_reason::server_error, false},
  {errc::protocol_error, end_reason::server_error, true},
  {errc::subscriber_failed, end_reason::subscriber_failed, true},
  {errc::internal, end_reason::server_error, true},
  {errc::consistency_violation, end_reason::server_error, true},
  {errc::stream_already_in_session, end_reason::server_error, true},
  {errc::stream_already_exists, end_reason::server_error, true},
  {errc::index_exists, end_reason::server_error, true},
  {errc::indexes_not_ready, end_reason::server_error, false},
};

} // namespace

BOOST_DATA_TEST_CASE(a_final_error_ends_a_subscription_and_any_other_resumes_it, boost::unit_test::data::make(endings)) {
  kdb::error why{.code = sample.code, .message = ""};
  BOOST_TEST(to_string(kdb::policy::end_reason_of(why)) == to_string(sample.reason));
  std::optional<end_reason> expected = sample.is_final ? std::optional{sample.reason} : std::nullopt;
  BOOST_TEST((kdb::policy::final_end(why) == expected));
}

BOOST_AUTO_TEST_CASE(every_code_has_an_ending) {
  std::set<errc> codes;
  for (auto& one : endings)
    codes.insert(one.code);
  for (int number = 0; number < 256; ++number)
    if (auto code = static_cast<errc>(number); kdb::to_string(code) != "unknown")
      BOOST_TEST(codes.contains(code), kdb::to_string(code));
}

BOOST_AUTO_TEST_SUITE_END()
