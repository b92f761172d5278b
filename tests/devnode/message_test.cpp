// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/read_messages.hpp"
#include "devnode/services/wire.hpp"
#include "tests/devnode/store_fixture.hpp"

#include "kdb/event_store/client/streams.pb.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace kdb::development;
using namespace kdb::development::testing;
using kdb::event_store::client::streams::ReadResp;

namespace {

ReadResp parsed(const rpc::outgoing& message) {
  std::string bytes;
  for (auto& piece : message.pieces())
    bytes.append(reinterpret_cast<const char*>(piece.begin()), piece.size());
  ReadResp parsed;
  BOOST_REQUIRE(parsed.ParseFromString(bytes));
  return parsed;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, store_fixture)

// Sizes around the lengths where a varint gets longer, and around the one from which on events are not copied.
BOOST_DATA_TEST_CASE(an_event_arrives_as_it_was_written,
                     boost::unit_test::data::make({0, 1, 20, 100, 127, 128, 3900, 4096, 5000, 16383, 16384, 3'000'000})) {
  append("s", 1);
  std::string data(static_cast<std::size_t>(sample), 'd'), custom(static_cast<std::size_t>(sample / 2), 'c');
  proposed_event written{.id = random_uuid(), .type = "order-placed", .json = false, .data = data, .custom_metadata = custom};
  auto done = events.append("s", expected_state::any(), {&written, 1});
  auto& stored = events.events()[events.events().size() - 1];
  for (auto form : {id_form::structured, id_form::text}) {
    auto message = parsed(event_message({&stored, nullptr}, form));
    auto& event = message.event().event();
    BOOST_TEST(message.event().commit_position() == *done.position);
    BOOST_TEST(!message.event().has_link());
    BOOST_TEST(event.id().has_string() == (form == id_form::text));
    BOOST_TEST((read_uuid(event.id()) == written.id));
    BOOST_TEST(event.stream_identifier().stream_name() == "s");
    BOOST_TEST(event.stream_revision() == 1u);
    BOOST_TEST(event.commit_position() == *done.position);
    BOOST_TEST(event.prepare_position() == *done.position);
    BOOST_TEST(event.metadata().size() == 3u);
    BOOST_TEST(event.metadata().at("type") == "order-placed");
    BOOST_TEST(event.metadata().at("content-type") == "application/octet-stream");
    BOOST_TEST(event.metadata().at("created") == std::to_string(time));
    BOOST_TEST((event.data() == data));
    BOOST_TEST((event.custom_metadata() == custom));
  }
  BOOST_TEST((stored.data() == data));
  BOOST_TEST(stored.type() == "order-placed");
}

BOOST_AUTO_TEST_CASE(a_resolved_link_has_both_events_and_the_position_of_the_link) {
  append("target", 2);
  auto written = event("1@target", "$>");
  auto done = events.append("links", expected_state::any(), {&written, 1});
  auto& link = events.events()[events.events().size() - 1];
  for (auto form : {id_form::structured, id_form::text}) {
    auto message = parsed(event_message(resolve(events, link), form)).event();
    BOOST_TEST(message.event().stream_identifier().stream_name() == "target");
    BOOST_TEST(message.event().stream_revision() == 1u);
    BOOST_TEST(message.link().data() == "1@target");
    BOOST_TEST(message.link().commit_position() == *done.position);
    BOOST_TEST(message.event().commit_position() < *done.position);
    BOOST_TEST(message.commit_position() == *done.position);
  }
}

BOOST_AUTO_TEST_CASE(a_broken_link_comes_alone) {
  auto written = event("9@missing", "$>");
  events.append("links", expected_state::any(), {&written, 1});
  auto message = parsed(event_message(resolve(events, events.events()[events.events().size() - 1]), id_form::text)).event();
  BOOST_TEST(!message.has_event());
  BOOST_TEST(message.link().data() == "9@missing");
  BOOST_TEST(message.has_commit_position());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_utf_8_is_mended) {
  auto read = [](std::string_view bytes) {
    kdb::event_store::client::StreamIdentifier identifier;
    identifier.set_stream_name(std::string{bytes});
    return read_name(identifier);
  };
  BOOST_TEST(read("g-\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80") == "g-\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80");
  BOOST_TEST(read("a\xff"
                  "b") == "a\xef\xbf\xbd"
                          "b");
  BOOST_TEST(read("\xc3") == "\xef\xbf\xbd");
  BOOST_TEST(read("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // a surrogate
}

BOOST_AUTO_TEST_SUITE_END()
