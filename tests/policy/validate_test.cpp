// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "libkdb/policy/validate.hpp"
#include "libkdb/wire/streams.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
using kdb::errc;
using kdb::log_position;
using kdb::new_event;
using kdb::stream_revision;
using kdb::stream_state;

namespace {

/// A check, and the name of the member it refuses; none if it is fine.
struct row {
  std::string refused;
  std::function<kdb::result<void>()> check;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << (one.refused.empty() ? "fine" : one.refused);
}

std::vector<new_event> events(std::size_t count, const std::function<void(std::vector<new_event>&)>& change = {}) {
  std::vector<new_event> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(new_event::json("t", "{}"));
  if (change)
    change(made);
  return made;
}

kdb::result<void> append(std::string stream, stream_state expected, std::vector<new_event> what) {
  return kdb::policy::check_append(stream, expected, what);
}

kdb::result<void> append_with(std::size_t count, const std::function<void(std::vector<new_event>&)>& change) {
  return append("s", stream_state::any, events(count, change));
}

kdb::result<void> read(kdb::read_stream_options how, std::string stream = "s") {
  return kdb::policy::check_read(stream, how);
}

kdb::result<void> read_all(kdb::read_all_options how) {
  return kdb::policy::check_read(how);
}

kdb::result<void> call(kdb::call_options how) {
  return kdb::policy::check_call(how);
}

kdb::result<void> call_as(kdb::credentials who) {
  return kdb::policy::check_call({.credentials = who});
}

constexpr auto too_far = stream_revision{1ull << 63};
constexpr auto farthest = stream_revision{(1ull << 63) - 1};

const std::vector<row> rows{
  // -- stream names
  {"", [] { return kdb::policy::check_stream_name("orders"); }},
  {"", [] { return kdb::policy::check_stream_name("$$orders"); }},
  {"", [] { return kdb::policy::check_stream_name("ümläut €"); }},
  {"", [] { return kdb::policy::check_stream_name("a\0b"s); }},
  {"stream", [] { return kdb::policy::check_stream_name(""); }},
  {"stream", [] { return kdb::policy::check_stream_name("$$"); }},
  {"stream", [] { return kdb::policy::check_stream_name("orders\xFF"); }},
  {"stream", [] { return kdb::policy::check_stream_name("\xED\xA0\x80"); }},
  // -- appends
  {"", [] { return append("s", stream_state::any, {}); }},
  {"", [] { return append("s", stream_state::no_stream, events(1)); }},
  {"", [] { return append("s", stream_state::exists, events(3)); }},
  {"", [] { return append("s", stream_state::revision(0), events(3)); }},
  {"", [] { return append("s", farthest, events(3)); }},
  {"stream", [] { return append("", stream_state::any, events(1)); }},
  {"stream", [] { return append("$$", stream_state::any, {}); }},
  {"expected", [] { return append("s", too_far, events(1)); }},
  {"expected", [] { return append("s", stream_revision{~0ull - 2}, events(1)); }},
  {"expected", [] { return append("s", stream_state::from_number(-3), events(1)); }},
  {"expected", [] { return append("s", stream_state::from_number(-5), events(1)); }},
  {"events[1].id", [] { return append_with(3, [](auto& e) { e[1].id = {}; }); }},
  {"events[0].type", [] { return append_with(1, [](auto& e) { e[0].type = ""; }); }},
  {"events[2].type", [] { return append_with(3, [](auto& e) { e[2].type = "\xC3"; }); }},
  {"events[0].content_type",
   [] { return append_with(1, [](auto& e) { e[0].content_type = static_cast<kdb::content_type>(2); }); }},
  {"events[1].id", [] { return append_with(2, [](auto& e) { e[1].id = e[0].id; }); }},
  {"events[4].id", [] { return append_with(6, [](auto& e) { e[4].id = e[2].id; }); }},
  {"", [] { return append_with(1, [](auto& e) { e[0].data = "\xFF no JSON"; }); }},
  {"", [] { return append_with(1, [](auto& e) { e[0].type = "with spaces / and +"; }); }},
  {"", [] { return append_with(1, [](auto& e) { e[0].data = "", e[0].metadata = ""; }); }},
  // -- reads
  {"", [] { return read({}); }},
  {"", [] { return read({.limit = 1}); }},
  {"", [] { return read({.direction = kdb::backwards, .from = kdb::stream_end}); }},
  {"", [] { return read({.direction = kdb::backwards, .from = kdb::stream_start}); }},
  {"", [] { return read({.from = kdb::stream_start}); }},
  {"", [] { return read({.from = farthest}); }},
  {"from", [] { return read({.direction = kdb::forwards, .from = kdb::stream_end}); }},
  {"from", [] { return read({.from = too_far}); }},
  {"from", [] { return read({.direction = kdb::backwards, .from = stream_revision{~0ull}}); }},
  {"limit", [] { return read({.limit = 0}); }},
  {"stream", [] { return read({}, ""); }},
  {"deadline", [] { return read({.call = {.deadline = 0ms}}); }},
  {"", [] { return read_all({}); }},
  {"", [] { return read_all({.from = kdb::all_end}); }},
  {"", [] { return read_all({.direction = kdb::backwards, .from = kdb::all_start}); }},
  {"",
   [] {
     return read_all({.from = log_position{5, 5}});
   }},
  {"",
   [] {
     return read_all({.from = log_position{5, 4}});
   }},
  {"from",
   [] {
     return read_all({.from = log_position{4, 5}});
   }},
  {"from",
   [] {
     return read_all({.from = log_position{1ull << 63, 5}});
   }},
  {"from",
   [] {
     return read_all({.from = log_position{~0ull, ~0ull}});
   }},
  {"limit", [] { return read_all({.limit = 0}); }},
  {"deadline", [] { return read_all({.call = {.deadline = -1ms}}); }},
  // -- subscriptions
  {"", [] { return kdb::policy::check_subscribe("s", {}); }},
  {"", [] { return kdb::policy::check_subscribe("s", {.from = kdb::stream_end}); }},
  {"", [] { return kdb::policy::check_subscribe("s", {.from = farthest}); }},
  {"stream", [] { return kdb::policy::check_subscribe("$$", {}); }},
  {"from", [] { return kdb::policy::check_subscribe("s", {.from = too_far}); }},
  {"deadline", [] { return kdb::policy::check_subscribe("s", {.call = {.deadline = 0ms}}); }},
  {"", [] { return kdb::policy::check_subscribe({.from = kdb::all_end}); }},
  {"from",
   [] {
     return kdb::policy::check_subscribe({.from = log_position{1, 2}});
   }},
  {"deadline", [] { return kdb::policy::check_subscribe({.call = {.deadline = -5ms}}); }},
  // -- calls
  {"", [] { return call({}); }},
  {"", [] { return call({.deadline = 1ms}); }},
  {"deadline", [] { return call({.deadline = 0ms}); }},
  {"deadline", [] { return call({.deadline = -1ms}); }},
  {"", [] { return call_as(kdb::credentials::basic("ä", "ö:")); }},
  {"credentials.user", [] { return call_as(kdb::credentials::basic("", "hunter")); }},
  {"credentials.user", [] { return call_as(kdb::credentials::basic("a:b", "hunter")); }},
  {"credentials.password", [] { return call_as(kdb::credentials::basic("a", "hunter\xFF")); }},
  {"", [] { return call_as(kdb::credentials::bearer("abc.def")); }},
  {"credentials", [] { return call_as(kdb::credentials::bearer("")); }},
  {"credentials", [] { return call_as(kdb::credentials::bearer("hunter\r\nx: y")); }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(validate)

BOOST_DATA_TEST_CASE(what_can_not_be_sent_is_refused_by_name, boost::unit_test::data::make(rows)) {
  kdb::result<void> done = sample.check();
  BOOST_TEST_REQUIRE(done.has_value() == sample.refused.empty());
  if (done)
    return;
  BOOST_TEST((done.error().code == errc::invalid_argument));
  auto* detail = done.error().get<kdb::bad_argument>();
  BOOST_TEST_REQUIRE(detail != nullptr);
  BOOST_TEST(detail->name == sample.refused);
  BOOST_TEST(done.error().message.starts_with(sample.refused));
  BOOST_TEST(done.error().message.find("; give " + detail->accepted) != std::string::npos, done.error().message);
  BOOST_TEST(done.error().message.find("hunter") == std::string::npos);
  BOOST_TEST(!done.error().retry_can_help);
  BOOST_TEST(!done.error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(an_event_above_the_message_limit_is_refused_with_its_id) {
  // 16 767 016 bytes of data pass a real server.
  std::vector one{new_event::json("t", std::string(16'767'016, 'x'))};
  BOOST_TEST(kdb::policy::check_append("s", stream_state::any, one).has_value());
  one[0].data += std::string(200, 'x');
  auto done = kdb::policy::check_append("s", stream_state::any, one);
  BOOST_TEST_REQUIRE(!done.has_value());
  BOOST_TEST((done.error().code == errc::event_too_large));
  auto* sizes = done.error().get<kdb::size_limit>();
  BOOST_TEST_REQUIRE(sizes != nullptr);
  BOOST_TEST(sizes->limit == 16'767'216u);
  BOOST_TEST(sizes->actual > sizes->limit);
  BOOST_TEST(sizes->event_id == kdb::to_string(one[0].id));
}

BOOST_AUTO_TEST_CASE(metadata_and_long_names_count_against_the_message_limit) {
  std::vector one{new_event::json("t", std::string(8'400'000, 'x'), std::string(8'400'000, 'x'))};
  BOOST_TEST((kdb::policy::check_append("s", stream_state::any, one).error().code == errc::event_too_large));
  one[0] = new_event::json(std::string(17'000'000, 't'), "");
  BOOST_TEST((kdb::policy::check_append("s", stream_state::any, one).error().code == errc::event_too_large));
  one[0] = new_event::json("t", std::string(16'767'016, 'x'));
  BOOST_TEST((kdb::policy::check_append(std::string(500, 's'), stream_state::any, one).error().code == errc::event_too_large));
}

BOOST_AUTO_TEST_CASE(an_append_above_the_servers_limit_is_refused_as_a_whole) {
  std::vector two{new_event::json("t", std::string(60, 'x')), new_event::json("t", std::string(36, 'x'))};
  kdb::policy::append_limits limits{.append_bytes = 100};
  BOOST_TEST(kdb::policy::check_append("s", stream_state::any, two, limits).has_value());
  two[1].metadata = "x";
  auto done = kdb::policy::check_append("s", stream_state::any, two, limits);
  BOOST_TEST_REQUIRE(!done.has_value());
  BOOST_TEST((done.error().code == errc::append_too_large));
  auto* sizes = done.error().get<kdb::size_limit>();
  BOOST_TEST_REQUIRE(sizes != nullptr);
  BOOST_TEST(sizes->limit == 100u);
  BOOST_TEST(sizes->actual == 101u);
  BOOST_TEST(sizes->event_id.empty());
}

BOOST_AUTO_TEST_CASE(the_server_counts_a_type_in_utf16) {
  BOOST_TEST(kdb::policy::stored_bytes(new_event::json("abc", "12", "3")) == 9u);
  BOOST_TEST(kdb::policy::stored_bytes(new_event::json("\xF0\x9F\x98\x80", "")) == 4u);
  BOOST_TEST(kdb::policy::stored_bytes(new_event::json("\xE2\x82\xAC", "")) == 2u);
}

namespace {

std::vector<new_event> many_shapes() {
  std::vector<new_event> shapes;
  for (std::size_t size : {0, 1, 127, 128, 16'383, 16'384, 2'097'151, 2'097'152})
    for (auto type : {"t"s, std::string(200, 't')})
      for (auto metadata : {""s, std::string(130, 'm')}) {
        shapes.push_back(new_event::json(type, std::string(size, 'd'), metadata));
        shapes.push_back(new_event::binary(type, std::string(size, 'd'), metadata));
      }
  shapes[0].id = kdb::parse_uuid("00000000-0000-0000-0000-000000000001").value();
  shapes[1].id = kdb::parse_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff").value();
  shapes[2].id = kdb::parse_uuid("00000000-0000-0001-8000-000000000000").value();
  return shapes;
}

} // namespace

BOOST_AUTO_TEST_CASE(no_message_is_longer_than_foretold) {
  auto correlation = kdb::parse_uuid("ffffffff-ffff-ffff-ffff-ffffffffffff").value();
  constexpr auto longest_deadline = std::chrono::milliseconds::max();
  for (auto& event : many_shapes())
    for (auto stream : {"s"s, std::string(200, 's'), std::string(20'000, 's')}) {
      auto foretold = kdb::policy::append_message_bytes(stream, event);
      for (auto& chunk : kdb::wire::encode_batch_append(correlation, stream, farthest, {&event, 1}, longest_deadline)) {
        BOOST_TEST_REQUIRE(chunk.size() <= foretold);
        BOOST_TEST_REQUIRE(chunk.size() + 40 >= foretold, "far more than needed");
      }
      for (auto& message : kdb::wire::encode_append(stream, farthest, {&event, 1}))
        BOOST_TEST_REQUIRE(message.size() <= foretold);
    }
}

BOOST_AUTO_TEST_SUITE_END()
