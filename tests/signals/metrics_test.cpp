// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <future>
#include <string>
#include <vector>

#include "tests/fixtures/recorder.hpp"
#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::integration {

namespace {

using fixtures::wait_until;

const std::string duration = "db.client.operation.duration";

/// A node, and a client that is measured.
struct measured {
  explicit measured(way which) : measured{which, ""} {}
  measured(
    way which, const std::string& connection_string, void (*adjust)(settings&) = [](settings&) {}) {
    auto config = fixtures::settings_for(connection_string.empty() ? node.connection_string() : connection_string);
    config.meter = meter;
    adjust(config);
    client = connect(which, config);
  }

  double sum(const std::string& name, const fixtures::attributes& attributes = {}) const {
    return meter->of(name, attributes).sum;
  }
  std::size_t count(const std::string& name, const fixtures::attributes& attributes = {}) const {
    return meter->of(name, attributes).count;
  }
  void await_sum(const std::string& name, double wanted, const fixtures::attributes& attributes = {}) const {
    wait_until(name, [&] { return sum(name, attributes) == wanted; });
  }

  fixtures::node node;
  std::shared_ptr<fixtures::recording_meter> meter = std::make_shared<fixtures::recording_meter>();
  std::unique_ptr<driver> client;
};

fixtures::attributes kind(const char* name) {
  return {{"kurrentdb.stream.kind", name}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

KDB_SCENARIO(operations_are_measured_by_name_and_outcome) {
  const measured m{which};
  value_of(m.client->append("s", stream_state::no_stream, numbered(3)));
  static_cast<void>(error_of(m.client->append("s", stream_state::no_stream, numbered(1))));
  value_of(m.client->append("s", stream_state::any, numbered(2), {.call = {.retry = 3}}));
  require(m.client->create_group("s", "g"));
  static_cast<void>(error_of(m.client->create_group("s", "g")));
  static_cast<void>(error_of(m.client->create_group("s", "")));
  const fixtures::attributes append{{"db.system.name", "kurrentdb"}, {"db.operation.name", "append_to_stream"}};
  BOOST_TEST(m.count(duration, append) == 3u);
  auto failed = append;
  failed["error.type"] = "wrong_expected_version";
  BOOST_TEST(m.count(duration, failed) == 1u);
  BOOST_TEST(m.count(duration, {{"db.operation.name", "create_group"}}) == 3u);
  BOOST_TEST(m.count(duration, {{"db.operation.name", "create_group"}, {"error.type", "group_exists"}}) == 1u);
  BOOST_TEST(m.count(duration, {{"db.operation.name", "create_group"}, {"error.type", "invalid_argument"}}) == 1u);
  BOOST_TEST(m.sum(duration) > 0);
  BOOST_TEST(m.sum(duration) < 60); // Seconds.
  BOOST_TEST(m.sum("kurrentdb.client.append.events") == 5);
}

KDB_SCENARIO(appends_that_wait_and_those_in_flight_are_known_with_their_bytes) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  measured m{which, proxy.connection_string()};
  value_of(m.client->append("s", stream_state::any, numbered(1)));
  m.await_sum("kurrentdb.client.append.in_flight", 0);
  proxy.stall();
  auto later = m.client->start_append("s", stream_state::any, {sized(1000)}, {.call = {.deadline = 20s}});
  m.await_sum("kurrentdb.client.append.in_flight", 1);
  BOOST_TEST(m.sum("kurrentdb.client.append.in_flight.size") >= 1000);
  BOOST_TEST(m.sum("kurrentdb.client.append.queued") == 0);
  proxy.resume();
  value_of(fixtures::value_of(later, "the append"));
  m.await_sum("kurrentdb.client.append.in_flight", 0);
  m.await_sum("kurrentdb.client.append.in_flight.size", 0);
}

KDB_SCENARIO(streams_count_what_they_deliver_and_are_open_until_their_end) {
  const measured m{which};
  value_of(m.client->append("s", stream_state::any, numbered(600)));
  {
    auto reading = m.client->read_stream("s");
    BOOST_TEST(!value_of(reading->next()).empty());
    m.await_sum("kurrentdb.client.streams.open", 1, kind("read"));
    BOOST_TEST(read_to_end(*reading).events().size() > 0u);
  }
  m.await_sum("kurrentdb.client.streams.open", 0, kind("read"));
  BOOST_TEST(m.sum("kurrentdb.client.delivered.events", kind("read")) == 600);
  BOOST_TEST(m.sum("kurrentdb.client.delivered.batches", kind("read")) >= 3);
  {
    auto subscription = value_of(m.client->subscribe_to_stream("s"));
    static_cast<void>(follow_events(*subscription, 600));
    m.await_sum("kurrentdb.client.streams.open", 1, kind("subscription"));
    wait_until("the answers", [&] { return m.count("kurrentdb.client.subscriber.duration", kind("subscription")) > 0; });
    BOOST_TEST(m.sum("kurrentdb.client.delivered.events", kind("subscription")) == 600);
    BOOST_TEST(m.count("kurrentdb.client.delivery.lag", kind("subscription")) > 0u);
    BOOST_TEST(m.sum("kurrentdb.client.delivery.lag", kind("subscription")) < 600);
  }
  m.await_sum("kurrentdb.client.streams.open", 0, kind("subscription"));
}

KDB_SCENARIO(answers_of_consumers_are_counted_by_their_kind) {
  const measured m{which};
  require(m.client->create_group("s", "g"));
  value_of(m.client->append("s", stream_state::any, numbered(3)));
  auto consumer = value_of(m.client->consume({"s", "g"}));
  std::size_t answered = 0;
  consumer_batch last;
  while (answered < 3) {
    last = value_of(consumer->next());
    for (const auto& each : last) {
      value_of(consumer->answer(each.token, answered == 1 ? outcome::nack(nack_action::park, "no") : outcome::ack()));
      ++answered;
    }
  }
  BOOST_TEST(m.sum("kurrentdb.client.consumer.answers", {{"kurrentdb.answer", "ack"}}) == 2);
  BOOST_TEST(m.sum("kurrentdb.client.consumer.answers", {{"kurrentdb.answer", "park"}}) == 1);
  const event_token old{.id = last[0].token.id, .incarnation = 0};
  BOOST_TEST(value_of(consumer->answer(old, outcome::ack())).stale == 1u);
  BOOST_TEST(m.sum("kurrentdb.client.consumer.answers", {{"kurrentdb.answer", "stale"}}) == 1);
}

KDB_SCENARIO(appends_that_wait_for_others_are_queued) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  measured m{which, proxy.connection_string(), [](settings& config) { config.max_appends_in_flight = 1; }};
  value_of(m.client->append("s", stream_state::any, numbered(1)));
  proxy.stall();
  std::vector<std::future<result<append_result>>> later;
  for (int i = 0; i < 3; ++i)
    later.push_back(m.client->start_append("s", stream_state::any, {sized(1000)}, {.call = {.deadline = 20s}}));
  m.await_sum("kurrentdb.client.append.queued", 2);
  BOOST_TEST(m.sum("kurrentdb.client.append.queued.size") >= 2000);
  BOOST_TEST(m.sum("kurrentdb.client.append.in_flight") == 1);
  proxy.resume();
  for (auto& each : later)
    value_of(fixtures::value_of(each, "the append"));
  m.await_sum("kurrentdb.client.append.queued", 0);
  m.await_sum("kurrentdb.client.append.queued.size", 0);
}

KDB_SCENARIO(retries_are_counted_by_operation_and_cause) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  measured m{which, proxy.connection_string(), [](settings& config) { config.max_discover_attempts = 1; }};
  proxy.refuse();
  auto later = m.client->start_append("s", stream_state::no_stream, numbered(1), {.call = {.deadline = 30s, .retry = 1000}});
  const fixtures::attributes append{{"db.operation.name", "append_to_stream"}};
  wait_until("a retry", [&] { return m.sum("kurrentdb.client.retries", append) >= 1; });
  proxy.accept_again();
  value_of(fixtures::value_of(later, "the append"));
  auto with_cause = append;
  with_cause["error.type"] = "discovery_failed";
  BOOST_TEST(m.sum("kurrentdb.client.retries", with_cause) == m.sum("kurrentdb.client.retries"));
}

KDB_SCENARIO(reconnects_and_resumes_are_counted_by_their_cause) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  measured m{which, proxy.connection_string()};
  auto subscription = value_of(m.client->subscribe_to_stream("s"));
  m.await_sum("kurrentdb.client.connections", 1);
  proxy.refuse();
  proxy.cut();
  auto later = m.client->start_append("s", stream_state::no_stream, numbered(1), {.call = {.deadline = 30s, .retry = 1000}});
  wait_until("a failed attempt", [&] { return m.sum("kurrentdb.client.discovery.failures") >= 1; });
  proxy.accept_again();
  value_of(fixtures::value_of(later, "the append"));
  static_cast<void>(follow_events(*subscription, 1));
  BOOST_TEST(m.sum("kurrentdb.client.reconnects", {{"error.type", "unavailable"}}) >= 1);
  BOOST_TEST(m.sum("kurrentdb.client.discovery.attempts") > m.sum("kurrentdb.client.discovery.failures"));
  BOOST_TEST(m.sum("kurrentdb.client.resumes", {{"kurrentdb.stream.kind", "subscription"}, {"error.type", "unavailable"}}) >= 1);
}

KDB_SCENARIO(the_transport_tells_how_many_bytes_it_holds) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  const measured m{which, proxy.connection_string()};
  value_of(m.client->append("s", stream_state::any, numbered(1)));
  proxy.stall();
  auto later = m.client->start_append("s", stream_state::any, {sized(8 << 20)}, {.call = {.deadline = 20s}});
  wait_until("bytes to be held", [&] { return m.sum("kurrentdb.client.transport.memory") > 0; });
  proxy.resume();
  value_of(fixtures::value_of(later, "the append"));
  m.await_sum("kurrentdb.client.transport.memory", 0);
}

KDB_SCENARIO(nothing_is_open_after_the_client_has_closed) {
  const measured m{which};
  value_of(m.client->append("s", stream_state::any, numbered(1)));
  auto subscription = value_of(m.client->subscribe_to_stream("s"));
  static_cast<void>(follow_events(*subscription, 1));
  m.client->close();
  for (const auto* name : {"kurrentdb.client.streams.open", "kurrentdb.client.append.in_flight", "kurrentdb.client.append.queued",
                           "kurrentdb.client.connections", "kurrentdb.client.calls", "kurrentdb.client.transport.memory"})
    m.await_sum(name, 0);
}

namespace {

/// A host whose tools are broken.
class broken final : public meter, public tracer {
public:
  std::shared_ptr<instrument> make(const metric&, std::span<const attribute>) override { throw std::runtime_error{"no meter"}; }
  std::unique_ptr<trace_span> start(const span_start&) override { throw std::runtime_error{"no tracer"}; }
  std::optional<span_context> current() const override { throw std::runtime_error{"no thread"}; }
};

} // namespace

KDB_SCENARIO(a_tracer_and_a_meter_that_throw_harm_nobody) {
  const fixtures::node node;
  auto config = fixtures::settings_for(node.connection_string());
  const auto tools = std::make_shared<broken>();
  config.tracer = tools;
  config.meter = tools;
  const auto client = connect(which, config);
  value_of(client->append("s", stream_state::any, numbered(2)));
  BOOST_TEST(read_to_end(client->read_stream("s")).revisions().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
