// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <stop_token>

#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/remote/two_processes.hpp"

namespace kdb::test {

BOOST_AUTO_TEST_SUITE(between_systems)

BOOST_FIXTURE_TEST_CASE(requests_are_answered_as_by_the_client, two_processes) {
  const auto done =
    user.ask(remote, append_to_stream{.stream = "s", .expected = stream_state::no_stream, .events = some_events(3)}).value();
  BOOST_TEST(done.revision->value == 2u);
  BOOST_TEST((done == append_result{done.revision, done.position}));
  const auto events = user.ask(remote, read_stream_to_end{.stream = "s"}).value();
  BOOST_TEST(events.size() == 3u);
  BOOST_TEST(events[2].data() == "xxxxxxxxxx");
  BOOST_TEST(events[2].stream() == "s");
  BOOST_TEST((user.ask(remote, get_current_version{"s"}).value() == std::optional{stream_revision{2}}));
  BOOST_TEST(user.ask(remote, wait_connected{}).value().node.port == node.port());
  BOOST_TEST((user.ask(remote, get_status{}).value().phase == client_phase::connected));
  BOOST_TEST(user.ask(remote, get_health{}).value().ready);
  BOOST_TEST(!user.ask(remote, get_server_info{}).value().offers.empty());
  BOOST_TEST(user.ask(remote, delete_stream{.stream = "s"}).has_value());
}

BOOST_FIXTURE_TEST_CASE(errors_keep_their_details, two_processes) {
  append("s", 1);
  const auto refused =
    user.ask(remote, append_to_stream{.stream = "s", .expected = stream_state::no_stream, .events = some_events(1)});
  BOOST_TEST(refused.error().code == errc::wrong_expected_version);
  const auto* mismatch = refused.error().get<version_mismatch>();
  BOOST_REQUIRE(mismatch);
  BOOST_TEST(mismatch->stream == "s");
  BOOST_TEST((mismatch->actual == stream_state::revision(0)));
  const auto missing = user.ask(remote, read_stream_to_end{.stream = "none"});
  BOOST_TEST(missing.error().code == errc::stream_not_found);
  BOOST_TEST(missing.error().get<stream_name>()->name == "none");
  const auto bad = user.ask(remote, read_stream_to_end{.stream = ""});
  BOOST_TEST(bad.error().code == errc::invalid_argument);
  BOOST_TEST(bad.error().get<bad_argument>());
  const auto direct = owner.ask(client, read_stream_to_end{.stream = ""});
  BOOST_TEST(to_string(bad.error()) == to_string(direct.error()));
}

BOOST_FIXTURE_TEST_CASE(a_read_delivers_every_event_once_and_in_order, two_processes) {
  for (int i = 0; i < 10; ++i)
    append("s", 1000);
  const auto reader = user.ask_for<reader_actor>(remote, read_stream{"s"}).value();
  std::uint64_t seen = 0;
  for (;;) {
    const auto batch = user.ask_for<event_batch>(reader, next{}).value();
    if (batch.empty())
      break;
    for (const auto& event : batch.events())
      BOOST_REQUIRE(event.revision().value == seen++);
  }
  BOOST_TEST(seen == 10'000u);
  wait_for_nothing_left(2);
}

BOOST_FIXTURE_TEST_CASE(the_error_of_a_read_comes_with_its_first_batch, two_processes) {
  const auto reader = user.ask_for<reader_actor>(remote, read_stream{"none"}).value();
  BOOST_TEST(user.ask_for<event_batch>(reader, next{}).error().code == errc::stream_not_found);
  BOOST_TEST(user.ask_for<reader_actor>(remote, read_stream{""}).error().code == errc::invalid_argument);
}

BOOST_FIXTURE_TEST_CASE(a_read_that_nobody_wants_leaves_nothing_behind, two_processes) {
  append("s", 3000);
  {
    const auto reader = user.ask_for<reader_actor>(remote, read_stream{"s"}).value();
    BOOST_TEST(!user.ask_for<event_batch>(reader, next{}).value().empty());
  }
  wait_for_nothing_left(2); // Gateway and session.
  const auto reader = user.ask_for<reader_actor>(remote, read_stream{"s"}).value();
  BOOST_TEST(user.ask_for<void>(reader, cancel{}).has_value());
  wait_for_nothing_left(2);
}

BOOST_FIXTURE_TEST_CASE(a_subscription_delivers_and_ends_when_it_is_cancelled, two_processes) {
  append("s", 700);
  const auto log = std::make_shared<subscriber_log>();
  const auto subscription = user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", spawn_subscriber(log)}).value();
  fixtures::wait_until("the events of the past", [&] { return log->count() == 700; });
  append("s", 5);
  fixtures::wait_until("the new events", [&] { return log->count() == 705; });
  BOOST_TEST(user.ask_for<void>(subscription, cancel{}).has_value());
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST(log->ended()->reason == end_reason::cancelled);
  BOOST_TEST((log->ended()->last == last_delivered{stream_revision{704}}));
  BOOST_TEST(log->ended()->node.ends_with(std::to_string(node.port())));
  wait_for_nothing_left(2);
  log->change([](auto& seen) {
    for (std::size_t i = 0; i < seen.events.size(); ++i)
      BOOST_REQUIRE(seen.events[i] == i);
  });
}

BOOST_FIXTURE_TEST_CASE(a_subscription_that_the_server_ends_tells_why, two_processes) {
  append("s", 1);
  const auto log = std::make_shared<subscriber_log>();
  user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", spawn_subscriber(log)}).value();
  owner.ask(client, tombstone_stream{.stream = "s"}).value();
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST(log->ended()->reason == end_reason::stream_deleted);
  BOOST_TEST(log->ended()->cause->code == errc::stream_deleted);
  wait_for_nothing_left(2);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_that_refuses_a_batch_ends_its_subscription, two_processes) {
  append("s", 3000);
  const auto log = std::make_shared<subscriber_log>();
  user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", spawn_subscriber(log, manner::refuses)}).value();
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST(log->ended()->reason == end_reason::subscriber_failed);
  BOOST_TEST(log->ended()->cause->message.find("no more of these") != std::string::npos);
  BOOST_TEST(log->change([](auto& seen) { return seen.batches; }) == 1u);
  wait_for_nothing_left(2);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_that_ends_ends_its_subscription, two_processes) {
  append("s", 3000);
  const auto log = std::make_shared<subscriber_log>();
  const auto subscriber = spawn_subscriber(log, manner::stalls);
  const auto subscription = user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", subscriber}).value();
  caf::anon_send_exit(subscriber, caf::exit_reason::kill);
  wait_for_nothing_left(2);
}

BOOST_AUTO_TEST_CASE(a_stalled_subscriber_stops_the_server) {
  fixtures::node node;
  fixtures::tcp_proxy proxy{node.port()};
  process owner, user;
  const auto client = spawn_client(owner.system(), settings_for(proxy.connection_string())).value();
  for (int i = 0; i < 64; ++i)
    owner.ask(client, append_to_stream{.stream = "s", .events = some_events(1, 1 << 20)}).value();
  const auto before = proxy.bytes_to_clients();
  const auto published = publish(client).value();
  const auto remote = connect_remote(user.system(), {.port = published.port()}).value();
  const auto log = std::make_shared<subscriber_log>();
  const auto subscriber = user.system().spawn(test_subscriber, log, manner::stalls);
  user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", subscriber}).value();
  fixtures::wait_until("the first batch", [&] { return log->count() > 0; });
  const auto sent = fixtures::wait_until_steady(
    "the server to pause", [&] { return proxy.bytes_to_clients(); }, 1s);
  // Four batches in the owner, four on their way, each of an event of 1 MiB, and what HTTP/2 lets go ahead.
  BOOST_TEST(((sent - before) >> 20) <= 24u);
  BOOST_TEST(log->count() == 1u);
  owner.ask_for<void>(client, close{}).value();
}

BOOST_FIXTURE_TEST_CASE(a_consumer_answers_its_events, two_processes) {
  append("s", 30);
  user.ask(remote, create_group{"s", "g"}).value();
  const auto log = std::make_shared<subscriber_log>();
  const auto consumer =
    user.ask_for<consumer_actor>(remote, consume{{"s", "g"}, spawn_subscriber(log, manner::stalls), {.buffer = 100}}).value();
  fixtures::wait_until("all events", [&] { return log->count() == 30; });
  const auto tokens = log->change([](auto& seen) { return seen.tokens; });
  const auto acked = user.ask_for<ack_result>(consumer, ack_events{{tokens.begin(), tokens.begin() + 10}}).value();
  BOOST_TEST(acked.taken == 10u);
  const auto parked =
    user.ask_for<ack_result>(consumer, nack_events{{tokens.begin() + 10, tokens.begin() + 15}, nack_action::park, "later"})
      .value();
  BOOST_TEST(parked.taken == 5u);
  const auto last = log->change([](auto& seen) { return *seen.last; });
  const auto rest = user.ask_for<ack_result>(consumer, answer_batch{last, batch_outcomes::all(outcome::ack())}).value();
  BOOST_TEST(rest.taken == last.size());
  fixtures::wait_until("the parked events", [&] { return user.ask(remote, get_group_info{{"s", "g"}}).value().parked >= 5; });
  BOOST_TEST(user.ask_for<void>(consumer, cancel{}).has_value());
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); }); // It is sent before the answer, to another actor.
  BOOST_TEST(log->ended()->reason == end_reason::cancelled);
  wait_for_nothing_left(2);
}

BOOST_FIXTURE_TEST_CASE(a_consumers_handler_answers_and_fails_as_in_one_process, two_processes) {
  append("s", 10);
  user.ask(remote, create_group{"s", "takes"}).value();
  user.ask(remote, create_group{"s", "refuses"}).value();
  const auto taken = std::make_shared<subscriber_log>(), refused = std::make_shared<subscriber_log>();
  user.ask_for<consumer_actor>(remote, consume{{"s", "takes"}, spawn_subscriber(taken)}).value();
  user
    .ask_for<consumer_actor>(
      remote,
      consume{{"s", "refuses"}, spawn_subscriber(refused, manner::refuses), {.on_failure = outcome::nack(nack_action::park)}})
    .value();
  fixtures::wait_until("all events parked", [&] {
    return user.ask(remote, get_group_info{{"s", "refuses"}}).value().parked == 10;
  });
  fixtures::wait_until("all events taken", [&] { return taken->count() == 10; });
  owner.ask(client, delete_group{{"s", "takes"}}).value();
  fixtures::wait_until("the end", [&] { return taken->ended().has_value(); });
  BOOST_TEST(taken->ended()->reason == end_reason::group_gone);
}

BOOST_FIXTURE_TEST_CASE(statistics_are_watched, two_processes) {
  const auto watch = user.ask_for<statistics_watcher_actor>(remote, watch_statistics{{.refresh_period = 20ms}}).value();
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(!user.ask_for<server_statistics>(watch, next{}).value().values.empty());
  BOOST_TEST(user.ask_for<void>(watch, cancel{}).has_value());
  BOOST_TEST(user.ask_for<server_statistics>(watch, next{}).error().code == errc::cancelled);
}

BOOST_FIXTURE_TEST_CASE(observers_see_the_connection_and_its_end, two_processes) {
  std::vector<connection_change> seen;
  any_caf::request(user.self(), remote, caf::infinite, observe{caf::actor_cast<caf::actor>(user.self())})
    .receive([] {}, [](const caf::error&) {});
  user.self()->receive([&](const connection_change& change) { seen.push_back(change); });
  BOOST_TEST(std::holds_alternative<connected>(seen.back()));
  owner.ask_for<void>(client, close{}).value();
  user.self()->receive([&](const connection_change& change) { seen.push_back(change); });
  const auto* end = std::get_if<client_closed>(&seen.back());
  BOOST_REQUIRE(end);
  BOOST_TEST(end->cause->code == errc::closed);
}

BOOST_AUTO_TEST_CASE(observers_see_that_the_node_is_lost) {
  std::optional<fixtures::node> node{std::in_place};
  process owner, user;
  const auto client = spawn_client(owner.system(), settings_for(node->connection_string())).value();
  owner.ask(client, wait_connected{}).value();
  const auto published = publish(client).value();
  const auto remote = connect_remote(user.system(), {.port = published.port()}).value();
  any_caf::anon_send(remote, observe{caf::actor_cast<caf::actor>(user.self())});
  user.self()->receive([&](const connection_change& change) { BOOST_TEST(std::holds_alternative<connected>(change)); });
  node.reset();
  BOOST_TEST(!user.ask(remote, get_current_version{"s"}).has_value());
  user.self()->receive([&](const connection_change& change) { BOOST_TEST(std::holds_alternative<reconnecting>(change)); });
  static_cast<void>(owner.ask_for<void>(client, close{}));
}

// -- credentials ------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(credentials_do_not_travel_in_clear, two_processes) {
  const call_options call{.credentials = credentials::basic("admin", "changeit")};
  const auto refused = user.ask(remote, append_to_stream{.stream = "s", .events = some_events(1), .options = {call}});
  BOOST_TEST(refused.error().code == errc::invalid_argument);
  BOOST_TEST(refused.error().get<bad_argument>()->name == "call.credentials");
  BOOST_TEST(user.ask_for<reader_actor>(remote, read_stream{"s", {.call = call}}).error().code == errc::invalid_argument);
  BOOST_TEST(user.ask(remote, change_password{"u", "old", "new"}).error().get<bad_argument>()->name == "password");
}

BOOST_AUTO_TEST_CASE(a_publication_refuses_credentials_in_clear_unless_it_is_allowed) {
  const call_options call{.credentials = credentials::basic("admin", "changeit")};
  two_processes strict{{}, {.allow_clear_text_credentials = true}};
  const auto refused =
    strict.user.ask(strict.remote, append_to_stream{.stream = "s", .events = some_events(1), .options = {call}});
  BOOST_TEST(refused.error().code == errc::invalid_argument);
  BOOST_TEST(strict.user.ask(strict.remote, reset_password{"u", "new"}).error().code == errc::invalid_argument);
  two_processes open{{.allow_clear_text_credentials = true}, {.allow_clear_text_credentials = true}};
  BOOST_TEST(
    open.user.ask(open.remote, append_to_stream{.stream = "s", .events = some_events(1), .options = {call}}).has_value());
}

// -- stopping ----------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_operation_can_be_stopped, two_processes) {
  append("s", 1);
  std::stop_source source;
  const auto log = std::make_shared<subscriber_log>();
  user
    .ask_for<subscription_actor>(remote, subscribe_to_stream{"s", spawn_subscriber(log), {.call = {.stop = source.get_token()}}})
    .value();
  source.request_stop();
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST(log->ended()->reason == end_reason::cancelled);
  wait_for_nothing_left(2);
}

// -- the end -----------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(closing_ends_what_was_started_through_it_and_not_the_client, two_processes) {
  append("s", 3000);
  const auto log = std::make_shared<subscriber_log>();
  user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", spawn_subscriber(log)}).value();
  const auto reader = user.ask_for<reader_actor>(remote, read_stream{"s"}).value();
  user.self()->monitor(remote);
  BOOST_TEST(user.ask_for<void>(remote, close{}).has_value());
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST(log->ended()->reason == end_reason::closed);
  BOOST_TEST(user.ask_for<event_batch>(reader, next{}).error().code == errc::closed);
  user.self()->receive([&](const caf::down_msg& down) { BOOST_TEST(!down.reason); });
  wait_for_nothing_left();
  BOOST_TEST(owner.ask(client, get_current_version{"s"}).has_value());
  BOOST_TEST(user.ask(remote, get_current_version{"s"}).error().code == errc::closed);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_nobody_holds_ends, two_processes) {
  remote = nullptr;
  wait_for_nothing_left();
  fixtures::wait_until("the end of all actors of the connection", [&] { return user.actors() == user_alone; });
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_client_ends_its_connections, two_processes) {
  append("s", 1);
  const auto log = std::make_shared<subscriber_log>();
  user.ask_for<subscription_actor>(remote, subscribe_to_stream{"s", spawn_subscriber(log)}).value();
  user.self()->monitor(remote);
  owner.ask_for<void>(client, close{}).value();
  user.self()->receive([&](const caf::down_msg& down) {
    const auto cause = error::from(down.reason);
    BOOST_TEST(cause.code == errc::closed);
    BOOST_TEST(cause.message.find("published client has ended") != std::string::npos);
  });
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST(log->ended()->reason == end_reason::closed);
}

BOOST_FIXTURE_TEST_CASE(a_publication_can_be_stopped_and_its_port_used_again, two_processes) {
  user.self()->monitor(remote);
  published->stop();
  user.self()->receive([&](const caf::down_msg& down) { BOOST_TEST(error::from(down.reason).code == errc::closed); });
  wait_for_nothing_left(0);
  const auto port = published->port();
  BOOST_TEST(connect_remote(user.system(), {.port = port, .timeout = 2s}).error().code == errc::unavailable);
  published = publish(client, {.port = port}).value();
  BOOST_TEST(published->port() == port);
  remote = connect_remote(user.system(), {.port = port}).value();
  BOOST_TEST(user.ask(remote, get_health{}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::test
