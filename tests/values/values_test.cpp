// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <kdb/append.hpp>
#include <kdb/event.hpp>
#include <kdb/read.hpp>
#include <kdb/subscribe.hpp>
#include <kdb/uuid.hpp>

#include "libkdb/values/recorded_event_builder.hpp"
#include "libkdb/values/utf8.hpp"
#include "libkdb/values/wipe.hpp"

using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(uuids)

BOOST_AUTO_TEST_CASE(random_ids_are_version_4_and_differ) {
  std::set<kdb::uuid> seen;
  for (int i = 0; i < 10'000; ++i) {
    auto id = kdb::random_uuid();
    BOOST_TEST_REQUIRE((id.version() == kdb::uuid::version_random_number_based));
    BOOST_TEST_REQUIRE((id.variant() == kdb::uuid::variant_rfc_4122));
    BOOST_TEST_REQUIRE(seen.insert(id).second);
  }
}

BOOST_AUTO_TEST_CASE(random_ids_of_several_threads_differ) {
  std::vector<std::vector<kdb::uuid>> made(4);
  {
    std::vector<std::thread> threads;
    for (auto& ids : made)
      threads.emplace_back([&ids] {
        for (int i = 0; i < 5000; ++i)
          ids.push_back(kdb::random_uuid());
      });
    for (auto& one : threads)
      one.join();
  }
  std::set<kdb::uuid> seen;
  for (auto& ids : made)
    seen.insert(ids.begin(), ids.end());
  BOOST_TEST(seen.size() == 20'000u);
}

BOOST_AUTO_TEST_CASE(a_forked_child_does_not_repeat_the_ids_of_its_parent) {
  kdb::random_uuid(); // Leaves bytes in the buffer that the child inherits.
  int ends[2];
  BOOST_TEST_REQUIRE(::pipe(ends) == 0);
  auto child = ::fork();
  if (child == 0) {
    auto id = kdb::random_uuid();
    auto written = ::write(ends[1], id.data, sizeof(id.data));
    ::_exit(written == sizeof(id.data) ? 0 : 1);
  }
  auto mine = kdb::random_uuid();
  kdb::uuid theirs{};
  BOOST_TEST(::read(ends[0], theirs.data, sizeof(theirs.data)) == 16);
  ::close(ends[0]);
  ::close(ends[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST(!theirs.is_nil());
  BOOST_TEST((mine != theirs));
}

BOOST_AUTO_TEST_CASE(an_id_is_printed_in_lower_case_and_read_in_both) {
  auto id = kdb::parse_uuid("01234567-89AB-cdef-0123-456789ABCDEF");
  BOOST_TEST_REQUIRE(id.has_value());
  BOOST_TEST(kdb::to_string(*id) == "01234567-89ab-cdef-0123-456789abcdef");
  BOOST_TEST(kdb::to_string(*id) == "01234567-89ab-cdef-0123-456789abcdef"); // Without the namespace too.
  for (int i = 0; i < 100; ++i) {
    auto one = kdb::random_uuid();
    BOOST_TEST((kdb::parse_uuid(kdb::to_string(one)).value() == one));
  }
}

BOOST_DATA_TEST_CASE(what_is_no_id_is_refused,
                     boost::unit_test::data::make({
                       "",
                       "x",
                       "0123456789abcdef0123456789abcdef",
                       "{01234567-89ab-cdef-0123-456789abcdef}",
                       "01234567-89ab-cdef-0123-456789abcde",
                       "01234567-89ab-cdef-0123-456789abcdef0",
                       "01234567-89ab-cdef-0123-456789abcdeg",
                       "0123456-789ab-cdef-0123-456789abcdef",
                       " 1234567-89ab-cdef-0123-456789abcdef",
                       "01234567_89ab-cdef-0123-456789abcdef",
                     }),
                     text) {
  kdb::result<kdb::uuid> id = kdb::parse_uuid(text);
  BOOST_TEST_REQUIRE(!id.has_value());
  BOOST_TEST((id.error().code == kdb::errc::invalid_argument));
  BOOST_TEST(id.error().get<kdb::bad_argument>()->name == "uuid");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(printing)

BOOST_AUTO_TEST_CASE(states_positions_and_results_print_as_documented) {
  using kdb::stream_state;
  BOOST_TEST(to_string(stream_state::any) == "any");
  BOOST_TEST(to_string(stream_state::no_stream) == "no stream");
  BOOST_TEST(to_string(stream_state::exists) == "exists");
  BOOST_TEST(to_string(stream_state::revision(7)) == "7");
  BOOST_TEST(to_string(kdb::stream_revision{~0ull}) == "18446744073709551615");
  BOOST_TEST(to_string(kdb::log_position{5, 4}) == "5/4");
  BOOST_TEST(to_string(kdb::append_result{}) == "no revision");
  BOOST_TEST(to_string(kdb::append_result{kdb::stream_revision{1}, kdb::log_position{2, 2}}) == "revision 1 at 2/2");
  BOOST_TEST(to_string(kdb::backwards) == "backwards");
}

BOOST_AUTO_TEST_CASE(states_keep_the_numbers_of_the_server) {
  using kdb::stream_state;
  for (auto number : {-1L, -2L, -4L, 0L, 7L, 9223372036854775807L})
    BOOST_TEST(stream_state::from_number(number).number() == number);
  BOOST_TEST(stream_state::from_number(-4).is_exists());
  BOOST_TEST(stream_state::revision(0).is_revision());
  BOOST_TEST(stream_state{}.is_any());
  BOOST_TEST(stream_state::revision(1ull << 63).is_out_of_range());
}

BOOST_AUTO_TEST_CASE(every_error_code_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (int number = 0; number < 256; ++number)
    if (auto name = to_string(static_cast<kdb::errc>(number)); name != "unknown")
      BOOST_TEST(names.insert(std::string{name}).second);
  BOOST_TEST(names.size() == 46u);
  BOOST_TEST(to_string(kdb::errc::wrong_expected_version) == "wrong_expected_version");
  BOOST_TEST(to_string(kdb::errc::indexes_not_ready) == "indexes_not_ready");
}

BOOST_AUTO_TEST_CASE(an_error_prints_code_message_and_what_it_means) {
  kdb::error why{.code = kdb::errc::unavailable, .message = "gone"};
  BOOST_TEST(to_string(why) == "unavailable: gone");
  why.retry_can_help = true;
  BOOST_TEST(to_string(why) == "unavailable: gone (a retry can help)");
  why.outcome_unknown = true;
  BOOST_TEST(to_string(why) == "unavailable: gone (a retry can help, outcome unknown)");
  why.retry_can_help = false;
  BOOST_TEST(to_string(why) == "unavailable: gone (outcome unknown)");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_subscription_prints_why_where_and_how_far) {
  kdb::subscription_ended end;
  BOOST_TEST(to_string(end) == "closed after nothing");
  end = {.reason = kdb::end_reason::stream_deleted,
         .cause = kdb::error{.code = kdb::errc::stream_deleted, .message = "dead"},
         .node = "h:1",
         .last = kdb::stream_revision{3}};
  BOOST_TEST(to_string(end) == "stream_deleted after revision 3 on h:1: stream_deleted: dead");
  end.last = kdb::log_position{4, 4};
  BOOST_TEST(to_string(end.last) == "position 4/4");
}

BOOST_AUTO_TEST_CASE(credentials_never_print_their_secret) {
  BOOST_TEST(to_string(kdb::credentials::basic("admin", "changeit")) == "basic admin:***");
  BOOST_TEST(to_string(kdb::credentials::bearer("changeit")) == "bearer ***");
}

BOOST_AUTO_TEST_CASE(events_never_print_their_payload) {
  auto event = kdb::new_event::json("placed", "{secret}", "secret");
  BOOST_TEST(to_string(event) == "placed " + kdb::to_string(event.id) + " (8 bytes)");
  kdb::recorded_event_builder built;
  built.stream("orders").type("placed").data("secret").metadata("secret").revision({7});
  BOOST_TEST(to_string(built.get()) == "orders@7 placed 00000000-0000-0000-0000-000000000000 (6 bytes)");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(what_a_secret_leaves_in_memory_is_wiped) {
  for (const auto length : {5u, 15u, 16u, 500u}) { // Inside of the string, and outside.
    std::string secret(length, 's');
    secret.resize(length - 2); // Leaves one behind the end.
    const auto* memory = secret.data();
    const auto size = secret.capacity();
    kdb::wipe(secret);
    BOOST_TEST(secret.empty());
    BOOST_TEST_REQUIRE(secret.data() == memory);
    BOOST_TEST(std::count(memory, memory + size, '\0') == static_cast<std::ptrdiff_t>(size));
  }
}

BOOST_AUTO_TEST_CASE(credentials_are_assigned_and_moved_as_they_are_copied) {
  auto who = kdb::credentials::basic("ada", "secret");
  const auto copy = who;
  auto other = kdb::credentials::bearer(std::string(100, 't'));
  who = other;
  BOOST_TEST((who == other));
  who = copy;
  BOOST_TEST((who == copy));
  const auto moved = std::move(who);
  BOOST_TEST(moved.header() == copy.header());
  BOOST_TEST(other.is_bearer());
}

BOOST_AUTO_TEST_CASE(the_header_is_what_the_server_reads) {
  using kdb::credentials;
  BOOST_TEST(credentials::basic("admin", "changeit").header() == "Basic YWRtaW46Y2hhbmdlaXQ=");
  BOOST_TEST(credentials::basic("a", "").header() == "Basic YTo=");
  BOOST_TEST(credentials::basic("a", "b").header() == "Basic YTpi");
  BOOST_TEST(credentials::basic("a", "bc").header() == "Basic YTpiYw==");
  BOOST_TEST(credentials::basic("j\xC3\xBC", "\xFF\xFE").header() == "Basic asO8Ov/+");
  BOOST_TEST(credentials::bearer("token").header() == "Bearer token");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(new_events_get_an_id_of_their_own_and_their_content_type) {
  auto one = kdb::new_event::json("t", "{}", "m");
  auto two = kdb::new_event::binary("t", "\0x"s);
  BOOST_TEST(!one.id.is_nil());
  BOOST_TEST((one.id != two.id));
  BOOST_TEST(to_string(one.content_type) == "application/json");
  BOOST_TEST(to_string(two.content_type) == "application/octet-stream");
  BOOST_TEST(one.metadata == "m");
  BOOST_TEST(two.data.size() == 2u);
  auto copy = one;
  BOOST_TEST((copy == one));
}

namespace {

/// An event whose bytes die with this object.
struct event_with_bytes {
  std::string stream, type, data, metadata;
  kdb::recorded_event event;

  event_with_bytes(std::string s, std::string t, std::string d, std::string m)
    : stream{std::move(s)}, type{std::move(t)}, data{std::move(d)}, metadata{std::move(m)} {
    kdb::recorded_event_builder built;
    built.stream(stream).type(type).data(data).metadata(metadata).id(kdb::random_uuid()).revision({7}).position({9, 8});
    built.content_type(kdb::content_type::json).created(123);
    event = built.build();
  }
};

void check_same(const kdb::recorded_event& a, const kdb::recorded_event& b) {
  BOOST_TEST(a.stream() == b.stream());
  BOOST_TEST(a.type() == b.type());
  BOOST_TEST(a.data() == b.data());
  BOOST_TEST(a.metadata() == b.metadata());
  BOOST_TEST((a.id() == b.id()));
  BOOST_TEST((a.revision() == b.revision()));
  BOOST_TEST((a.position() == b.position()));
  BOOST_TEST((a.created() == b.created()));
  BOOST_TEST((a.content_type() == b.content_type()));
}

} // namespace

BOOST_AUTO_TEST_CASE(an_owned_event_outlives_the_batch_it_came_from) {
  auto source = std::make_unique<event_with_bytes>("orders", "placed", std::string(1000, 'd'), "{}");
  auto expected = event_with_bytes{"orders", "placed", std::string(1000, 'd'), "{}"};
  auto id = source->event.id();
  kdb::owned_event kept{kdb::resolved_event{&source->event, nullptr}};
  check_same(kept->event(), source->event);
  source.reset();
  auto copy = kept;
  BOOST_TEST((copy->id() == id));
  BOOST_TEST(copy->data() == expected.data);
  BOOST_TEST((*copy).stream() == "orders");
  BOOST_TEST(copy->link() == nullptr);
  // Copies share the bytes.
  BOOST_TEST((copy->data().data() == kept->data().data()));
}

BOOST_AUTO_TEST_CASE(an_owned_event_keeps_the_link_too) {
  event_with_bytes event{"orders", "placed", "data", ""};
  event_with_bytes link{"$ce-orders", "$>", "7@orders", "m"};
  kdb::owned_event kept{kdb::resolved_event{&event.event, &link.event}};
  BOOST_TEST(kept->is_resolved());
  check_same(kept->event(), event.event);
  check_same(*kept->link(), link.event);
}

BOOST_AUTO_TEST_CASE(an_owned_event_keeps_a_broken_link) {
  event_with_bytes link{"$ce-orders", "$>", "7@orders", "m"};
  kdb::owned_event kept{kdb::resolved_event{nullptr, &link.event}};
  BOOST_TEST(kept->is_broken_link());
  check_same(*kept->link(), link.event);
  BOOST_TEST(kept->type() == "$>");
}

BOOST_AUTO_TEST_CASE(an_owned_event_of_nothing_is_nothing) {
  kdb::owned_event kept{kdb::resolved_event{}};
  BOOST_TEST(!kept->has_event());
  BOOST_TEST(kept->link() == nullptr);
}

BOOST_AUTO_TEST_CASE(system_events_and_links_are_told_by_their_type) {
  kdb::recorded_event_builder built;
  BOOST_TEST(built.type("$>").get().is_link());
  BOOST_TEST(built.get().is_system());
  BOOST_TEST(built.type("$metadata").get().is_system());
  BOOST_TEST(!built.get().is_link());
  BOOST_TEST(!built.type("placed").get().is_system());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(the_length_in_utf16_is_that_of_the_server) {
  BOOST_TEST(kdb::utf16_length("").value() == 0u);
  BOOST_TEST(kdb::utf16_length("abc").value() == 3u);
  BOOST_TEST(kdb::utf16_length("\x7F\xC2\x80\xDF\xBF").value() == 3u);
  BOOST_TEST(kdb::utf16_length("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF").value() == 4u);
  BOOST_TEST(kdb::utf16_length("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF").value() == 4u);
  BOOST_TEST(kdb::utf16_length("a\0b"s).value() == 3u);
}

BOOST_DATA_TEST_CASE(what_is_no_utf8_has_no_length,
                     boost::unit_test::data::make({
                       "\x80",
                       "\xC0\x80",
                       "\xC1\xBF",
                       "\xC2",
                       "\xC2\x41",
                       "\xE0\x9F\xBF",
                       "\xE0\xA0",
                       "\xE1\x80\x41",
                       "\xED\xA0\x80",
                       "\xED\xBF\xBF",
                       "\xF0\x8F\xBF\xBF",
                       "\xF0\x90\x80",
                       "\xF4\x90\x80\x80",
                       "\xF5\x80\x80\x80",
                       "\xFF",
                       "a\xFE",
                     }),
                     text) {
  BOOST_TEST(!kdb::utf16_length(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
