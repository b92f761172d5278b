// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <string>

#include <kdb/records.hpp>

#include "tests/fixtures/recorder.hpp"
#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

namespace kdb::integration {

namespace {

using fixtures::recorded_span;
using fixtures::wait_until;

/// A node, and a client whose spans are kept.
struct traced {
  explicit traced(way which, void (*adjust)(settings&) = nullptr) {
    auto config = fixtures::settings_for(node.connection_string());
    config.tracer = tracer;
    config.credentials = credentials::basic("admin", "changeit");
    if (adjust)
      adjust(config);
    client = connect(which, config);
  }

  /// The only span of that name that has ended.
  recorded_span only(std::string_view name) const { return all(name, 1).front(); }
  std::vector<recorded_span> all(std::string_view name, std::size_t count) const {
    wait_until("spans", [&] { return tracer->ended(name).size() >= count; });
    auto ended = tracer->ended(name);
    BOOST_TEST(ended.size() == count);
    return ended;
  }

  fixtures::node node;
  std::shared_ptr<fixtures::recording_tracer> tracer = std::make_shared<fixtures::recording_tracer>();
  std::unique_ptr<driver> client;
};

std::string in_hex(const recorded_span& span) {
  return trace_id_of(span.context) + '/' + span_id_of(span.context);
}

std::string in_hex(const std::optional<span_context>& context) {
  return context ? trace_id_of(*context) + '/' + span_id_of(*context) : "none";
}

span_context parent_of_host() {
  return parse_span_context("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331").value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(traces)

KDB_SCENARIO(an_append_has_a_span_and_its_context_is_in_the_event) {
  const traced t{which};
  value_of(t.client->append("orders", stream_state::no_stream, numbered(2)));
  const auto span = t.only("streams.append");
  BOOST_TEST((span.kind == span_kind::client));
  BOOST_TEST((span.status == span_status::ok));
  BOOST_TEST(!span.parent.has_value());
  const fixtures::attributes expected{{"db.system", "kurrentdb"},
                                      {"db.operation", "streams.append"},
                                      {"db.kurrentdb.stream", "orders"},
                                      {"db.user", "admin"},
                                      {"server.address", span.attributes.at("server.address")},
                                      {"server.port", std::to_string(t.node.port())}};
  BOOST_TEST((span.attributes == expected));
  const auto read = read_to_end(t.client->read_stream("orders"));
  BOOST_REQUIRE(read.events().size() == 2u);
  for (const auto& event : read.events()) {
    BOOST_TEST(event.metadata() ==
               R"({"$traceId":")" + trace_id_of(span.context) + R"(","$spanId":")" + span_id_of(span.context) + "\"}");
    BOOST_TEST(in_hex(span_context_of(event)) == in_hex(span));
  }
}

KDB_SCENARIO(metadata_of_the_host_are_kept) {
  const traced t{which};
  value_of(
    t.client->append("s", stream_state::any,
                     {new_event::json("t", "{}", R"({"by": "ada"})"), new_event::json("t", "{}", "not JSON"),
                      new_event::binary("t", "\x01", ""), new_event::json("t", "{}", R"({"$traceId":"a","$spanId":"b"})")}));
  const auto ids = R"("$traceId":")" + trace_id_of(t.only("streams.append").context) + R"(","$spanId":")" +
                   span_id_of(t.only("streams.append").context) + '"';
  const auto read = read_to_end(t.client->read_stream("s"));
  const auto events = read.events();
  BOOST_REQUIRE(events.size() == 4u);
  BOOST_TEST(events[0].metadata() == R"({"by": "ada",)" + ids + '}');
  BOOST_TEST(events[1].metadata() == "not JSON");
  BOOST_TEST(events[2].metadata() == '{' + ids + '}');
  BOOST_TEST(events[3].metadata() == R"({"$traceId":"a","$spanId":"b"})");
}

KDB_SCENARIO(the_parent_of_a_call_is_the_parent_of_its_span) {
  const traced t{which};
  value_of(t.client->append("s", stream_state::any, numbered(1), {.call = {.trace_parent = parent_of_host()}}));
  const auto span = t.only("streams.append");
  BOOST_TEST(in_hex(span.parent) == in_hex(parent_of_host()));
  BOOST_TEST(trace_id_of(span.context) == trace_id_of(parent_of_host()));
  static_cast<void>(read_to_end(t.client->read_stream("s", {.call = {.trace_parent = parent_of_host()}})));
  BOOST_TEST(in_hex(t.only("streams.read").parent) == in_hex(parent_of_host()));
}

KDB_SCENARIO(the_current_span_of_a_thread_is_the_parent_of_what_it_asks_a_client_without_actors_for) {
  const traced t{which};
  fixtures::recording_tracer::current_of_thread() = parent_of_host();
  auto later = t.client->start_append("s", stream_state::any, numbered(1));
  fixtures::recording_tracer::current_of_thread().reset();
  value_of(fixtures::value_of(later, "the append"));
  // A blocking driver asks on another thread; what is asked on this one shows it as well.
  fixtures::recording_tracer::current_of_thread() = parent_of_host();
  static_cast<void>(read_to_end(t.client->read_stream("s")));
  fixtures::recording_tracer::current_of_thread().reset();
  const auto expected = which == way::actors ? "none" : in_hex(parent_of_host());
  BOOST_TEST(in_hex(t.only("streams.read").parent) == expected);
}

KDB_SCENARIO(a_span_that_is_not_recorded_leaves_no_trace_in_events) {
  const traced t{which};
  t.tracer->sampled = false;
  value_of(t.client->append("s", stream_state::any, numbered(1)));
  BOOST_TEST(read_to_end(t.client->read_stream("s")).events().front().metadata() == "");
}

KDB_SCENARIO(a_failed_append_says_why) {
  const traced t{which};
  const auto failed = error_of(t.client->append("s", stream_state::exists, numbered(1)));
  const auto span = t.only("streams.append");
  BOOST_TEST((span.status == span_status::error));
  BOOST_TEST(span.message == failed.message);
  BOOST_TEST(span.attributes.at("error.type") == "wrong_expected_version");
  BOOST_REQUIRE(span.event("exception"));
  BOOST_TEST(span.event("exception")->attributes.at("exception.type") == "wrong_expected_version");
  BOOST_TEST(span.event("exception")->attributes.at("exception.message") == failed.message);
}

KDB_SCENARIO(what_is_refused_before_it_is_sent_has_a_span_too) {
  const traced t{which};
  static_cast<void>(error_of(t.client->append("", stream_state::any, numbered(1))));
  BOOST_TEST(t.only("streams.append").attributes.at("error.type") == "invalid_argument");
}

KDB_SCENARIO(a_read_has_a_span) {
  const traced t{which};
  value_of(t.client->append("s", stream_state::any, numbered(3)));
  BOOST_TEST(read_to_end(t.client->read_stream("s")).revisions().size() == 3u);
  const auto one = t.only("streams.read");
  BOOST_TEST(one.attributes.at("db.kurrentdb.stream") == "s");
  BOOST_TEST(one.attributes.at("server.port") == std::to_string(t.node.port()));
  BOOST_TEST((one.status == span_status::ok));
  static_cast<void>(read_to_end(t.client->read_stream("missing")));
  BOOST_TEST(t.all("streams.read", 2).back().attributes.at("error.type") == "stream_not_found");
  static_cast<void>(read_to_end(t.client->read_all()));
  BOOST_TEST(t.all("streams.read", 3).back().attributes.at("db.kurrentdb.stream") == "$all");
}

KDB_SCENARIO(the_handling_of_an_event_has_the_append_as_its_parent) {
  const traced t{which};
  auto subscription = value_of(t.client->subscribe_to_stream("s"));
  const auto start = t.only("streams.subscribe");
  BOOST_TEST((start.kind == span_kind::client));
  BOOST_TEST(start.attributes.at("db.kurrentdb.stream") == "s");
  const auto events = numbered(1);
  value_of(t.client->append("s", stream_state::any, events));
  static_cast<void>(follow_events(*subscription, 1));
  const auto append = t.only("streams.append");
  static_cast<void>(subscription->next(100ms)); // Asking for the next batch answers the one before.
  const auto handling = t.all("streams.subscribe", 2).back();
  BOOST_TEST((handling.kind == span_kind::consumer));
  BOOST_TEST(in_hex(handling.parent) == in_hex(append));
  BOOST_TEST((handling.status == span_status::ok));
  const fixtures::attributes expected{{"db.system", "kurrentdb"},
                                      {"db.operation", "streams.subscribe"},
                                      {"db.kurrentdb.stream", "s"},
                                      {"db.kurrentdb.event.id", to_string(events.front().id)},
                                      {"db.kurrentdb.event.type", "happened"},
                                      {"db.kurrentdb.subscription.id", "s"},
                                      {"db.user", "admin"},
                                      {"server.address", handling.attributes.at("server.address")},
                                      {"server.port", std::to_string(t.node.port())}};
  BOOST_TEST((handling.attributes == expected));
}

KDB_SCENARIO(an_event_without_context_is_handled_without_a_span) {
  const traced t{which};
  const auto untraced = connect(which, t.node.connection_string());
  value_of(untraced->append("s", stream_state::any, numbered(3)));
  auto subscription = value_of(t.client->subscribe_to_stream("s"));
  static_cast<void>(follow_events(*subscription, 3));
  static_cast<void>(subscription->next(100ms));
  BOOST_TEST(t.tracer->started() == 1u); // That of the start.
}

KDB_SCENARIO(a_consumer_handles_events_in_spans_of_the_same_form) {
  const traced t{which};
  require(t.client->create_group("s", "g"));
  auto consumer = value_of(t.client->consume({"s", "g"}));
  value_of(t.client->append("s", stream_state::any, numbered(1)));
  const auto batch = value_of(consumer->next());
  value_of(consumer->ack(batch));
  static_cast<void>(consumer->next(100ms));
  const auto handling = t.all("streams.subscribe", 2).back();
  BOOST_TEST((handling.kind == span_kind::consumer));
  BOOST_TEST(in_hex(handling.parent) == in_hex(t.only("streams.append")));
}

KDB_SCENARIO(waiting_for_a_node_and_retries_are_events_of_the_span) {
  const fixtures::node node;
  const auto tracer = std::make_shared<fixtures::recording_tracer>();
  fixtures::tcp_proxy proxy{node.port()};
  auto config = fixtures::settings_for(proxy.connection_string());
  config.tracer = tracer;
  config.max_discover_attempts = 1;
  proxy.refuse();
  const auto client = connect(which, config);
  auto later = client->start_append("s", stream_state::no_stream, numbered(1), {.call = {.deadline = 30s, .retry = 1000}});
  wait_until("a retry", [&] { return tracer->noted("kurrentdb.retry"); });
  proxy.accept_again();
  value_of(fixtures::value_of(later, "the append"));
  const auto spans = tracer->ended("streams.append");
  BOOST_REQUIRE(spans.size() == 1u);
  BOOST_TEST(spans.front().event("kurrentdb.node.wait"));
  BOOST_REQUIRE(spans.front().event("kurrentdb.retry"));
  BOOST_TEST(spans.front().event("kurrentdb.retry")->attributes.contains("error.type"));
}

KDB_SCENARIO(a_resumption_has_a_span_that_says_why) {
  const fixtures::node node;
  const auto tracer = std::make_shared<fixtures::recording_tracer>();
  fixtures::tcp_proxy proxy{node.port()};
  auto config = fixtures::settings_for(proxy.connection_string());
  config.tracer = tracer;
  const auto client = connect(which, config);
  auto subscription = value_of(client->subscribe_to_stream("s"));
  proxy.cut();
  wait_until("the subscription to resume", [&] { return tracer->ended("streams.subscribe").size() >= 2; });
  const auto resumed = tracer->ended("streams.subscribe").back();
  BOOST_TEST((resumed.kind == span_kind::client));
  BOOST_REQUIRE(resumed.event("kurrentdb.resume"));
  BOOST_TEST(resumed.event("kurrentdb.resume")->attributes.at("error.type") == "unavailable");
}

BOOST_AUTO_TEST_SUITE_END()

// -- several streams at once ---------------------------------------------------------------------

KDB_SCENARIO(a_multi_stream_append_has_one_span_whose_context_all_events_bear) {
  const fixtures::node node;
  const auto tracer = std::make_shared<fixtures::recording_tracer>();
  auto config = fixtures::settings_for(node.connection_string());
  config.tracer = tracer;
  const auto client = connect(which, config);
  const new_record plain{.schema_name = "t", .data = "{}"};
  const new_record traced{.schema_name = "t", .data = "{}", .properties = {{"$traceId", "mine"}, {"k", 1}}};
  value_of(client->ask(append_to_streams{{{"a", {plain}}, {"b", {traced}}}, {}}));
  const auto spans = tracer->ended("streams.multi-append");
  BOOST_REQUIRE(spans.size() == 1u);
  BOOST_TEST((spans.front().status == span_status::ok));
  BOOST_TEST(spans.front().attributes.at("db.operation") == "streams.multi-append");
  const auto reader = connect(way::blocking, node.connection_string());
  const auto a = read_to_end(reader->read_stream("a")), b = read_to_end(reader->read_stream("b"));
  BOOST_REQUIRE(a.events().size() == 1u);
  BOOST_REQUIRE(b.events().size() == 1u);
  BOOST_TEST(in_hex(span_context_of(a.events().front())) == in_hex(spans.front()));
  BOOST_TEST(b.events().front().metadata().find("mine") != std::string_view::npos);
}

} // namespace kdb::integration
