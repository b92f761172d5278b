// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

#include "tests/fixtures/tcp_proxy.hpp"
#include "tests/rpc/served.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::wait_until;

BOOST_AUTO_TEST_SUITE(append_stream)

BOOST_AUTO_TEST_CASE(chunks_are_written_in_order_and_every_reply_comes) {
  served f;
  auto [seen, call] = f.client.append();
  constexpr std::uint64_t count = 2000;
  for (std::uint64_t i = 0; i < count; ++i)
    write(*call, chunk(i));
  seen->wait_for(count);
  const auto types = f.appended();
  BOOST_REQUIRE_EQUAL(types.size(), count);
  for (std::uint64_t i = 0; i < count; ++i)
    BOOST_REQUIRE_EQUAL(types[i], std::to_string(i));
  std::uint64_t expected = 0;
  for (const auto& reply : seen->words())
    BOOST_REQUIRE_EQUAL(reply.outcome.value().revision->value, expected++);
  call->cancel();
  BOOST_TEST((seen->wait_end().error().code == errc::cancelled));
  BOOST_TEST(!seen->broken());
}

BOOST_AUTO_TEST_CASE(chunks_that_come_together_keep_their_order) {
  served f;
  auto [seen, call] = f.client.append();
  constexpr std::uint64_t count = 1000, together = 100;
  for (std::uint64_t i = 0; i < count; i += together) {
    std::vector<std::string> chunks;
    for (std::uint64_t n = i; n < i + together; ++n)
      chunks.push_back(chunk(n));
    call->write(chunks, together);
    BOOST_TEST(chunks.empty());
  }
  seen->wait_for(count);
  const auto types = f.appended();
  BOOST_REQUIRE_EQUAL(types.size(), count);
  for (std::uint64_t i = 0; i < count; ++i)
    BOOST_REQUIRE_EQUAL(types[i], std::to_string(i));
}

BOOST_AUTO_TEST_CASE(reads_that_never_pause_do_not_hold_it_up) {
  served f;
  auto [events, read] = f.client.read("*10"); // For ever.
  read->request(1 << 20);
  auto [seen, call] = f.client.append();
  for (std::uint64_t i = 0; i < 100; ++i) {
    write(*call, chunk(i));
    seen->wait_for(i + 1);
  }
  BOOST_TEST(!events->has_ended());
  read.reset();
  static_cast<void>(events->wait_end());
}

BOOST_AUTO_TEST_CASE(several_threads_may_write) {
  served f;
  auto [seen, call] = f.client.append();
  std::vector<std::thread> all;
  for (std::uint64_t t = 0; t < 4; ++t)
    all.emplace_back([&, t, &to = call] {
      for (std::uint64_t i = 0; i < 250; ++i)
        write(*to, chunk(1000 * t + i));
    });
  for (auto& each : all)
    each.join();
  seen->wait_for(1000);
  std::vector<std::uint64_t> last(4, 0);
  for (const auto& type : f.appended()) {
    const auto number = std::stoull(type);
    BOOST_REQUIRE(number % 1000 >= last[number / 1000]); // Each thread's own are in order.
    last[number / 1000] = number % 1000;
  }
}

BOOST_AUTO_TEST_CASE(large_chunks_wait_for_a_server_that_does_not_read) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  client_side client{proxy.port()};
  auto [seen, call] = client.append();
  write(*call, chunk(0));
  seen->wait_for(1);
  proxy.stall();
  for (std::uint64_t i = 1; i <= 20; ++i)
    write(*call, chunk(i, "s", 1 << 20));
  proxy.resume();
  seen->wait_for(21);
  BOOST_TEST(server.appended().size() == 21u);
}

BOOST_AUTO_TEST_CASE(the_servers_end_is_told_with_its_error_after_the_replies) {
  served f;
  auto [seen, call] = f.client.append();
  write(*call, chunk(1));
  write(*call, chunk(2));
  seen->wait_for(2);
  write(*call, chunk(3, "end=7"));
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::access_denied));
  write(*call, chunk(4)); // To nobody.
  BOOST_TEST(seen->count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_server_that_answers_without_end_is_left) {
  served f;
  auto [seen, call] = f.client.append();
  write(*call, chunk(1, "flood"));
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::protocol_error), to_string(end.error()));
  BOOST_TEST(end.error().outcome_unknown);
  BOOST_TEST(seen->count() < 200u);
}

BOOST_AUTO_TEST_CASE(an_end_in_order_is_no_error) {
  served f;
  auto [seen, call] = f.client.append();
  write(*call, chunk(1, "end=0"));
  BOOST_TEST(seen->wait_end().has_value());
}

BOOST_AUTO_TEST_CASE(a_lost_connection_ends_it_with_the_outcome_unknown) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  client_side client{proxy.port()};
  auto [seen, call] = client.append();
  write(*call, chunk(1, "mute"));
  wait_until("the append at the server", [&] { return server.appended().size() == 1; });
  proxy.cut();
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::unavailable));
  BOOST_TEST(end.error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_nothing_is_unknown) {
  std::uint16_t port = 0;
  {
    steered_server server;
    port = server.port();
  }
  client_side client{port};
  auto [seen, call] = client.append();
  write(*call, chunk(1));
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::unavailable));
  BOOST_TEST(!end.error().outcome_unknown);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(exchange)

BOOST_AUTO_TEST_CASE(all_messages_go_out_and_all_answers_come_back_in_order) {
  served f;
  std::vector<std::string> sent;
  for (int i = 0; i < 50; ++i)
    sent.push_back(std::string(static_cast<std::size_t>(i * 1000), static_cast<char>('a' + i % 26)));
  auto [seen, call] = f.client.exchange("echo", sent);
  BOOST_TEST(seen->wait_end().value() == sent);
}

BOOST_AUTO_TEST_CASE(one_empty_message_is_a_message) {
  served f;
  auto [seen, call] = f.client.exchange("echo", {std::string{}});
  BOOST_TEST(seen->wait_end().value().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_list_comes_as_many_answers_to_one_message) {
  served f;
  auto [seen, call] = f.client.exchange("3*10", {"x"}, {.many_answers = true});
  BOOST_TEST(seen->wait_end().value().size() == 4u); // The server sends the message back, too.
}

BOOST_AUTO_TEST_CASE(an_answer_without_end_is_not_kept_without_end) {
  served f;
  for (const auto* script : {"*1000000", "*1000"}) {
    auto [seen, call] = f.client.exchange(script, {"x"}, {.many_answers = true});
    const auto end = seen->wait_end();
    BOOST_REQUIRE(!end.has_value());
    BOOST_TEST((end.error().code == errc::read_too_large), to_string(end.error()));
    BOOST_TEST(end.error().get<size_limit>()->limit > 0u);
  }
}

struct status_row {
  int status;
  errc code;
};
std::ostream& operator<<(std::ostream& out, const status_row& row) {
  return out << "status " << row.status;
}
const status_row statuses[] = {{1, errc::cancelled},     {3, errc::invalid_argument}, {4, errc::deadline_exceeded},
                               {7, errc::access_denied}, {9, errc::stream_deleted},   {12, errc::unsupported},
                               {13, errc::server_error}, {14, errc::unavailable},     {16, errc::unauthenticated}};

BOOST_DATA_TEST_CASE(statuses_and_trailers_arrive, boost::unit_test::data::make(statuses), row) {
  served f;
  auto [seen, call] = f.client.exchange("end=" + std::to_string(row.status), {"x"});
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == row.code), to_string(end.error()));
}

BOOST_AUTO_TEST_CASE(a_write_that_failed_in_the_server_is_unknown_and_a_read_is_not) {
  served f;
  auto [written, one] = f.client.exchange("end=14", {"x"}, {}, wire::request_kind::write);
  BOOST_TEST(written->wait_end().error().outcome_unknown);
  auto [read, two] = f.client.exchange("end=14", {"x"});
  BOOST_TEST(!read->wait_end().error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_it) {
  served f;
  auto [seen, call] = f.client.exchange("hang", {"x"}, {.deadline = 200ms}, wire::request_kind::write);
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::deadline_exceeded));
  BOOST_TEST(end.error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(one_that_reached_no_server_has_done_nothing) {
  std::uint16_t port = 0;
  {
    steered_server server;
    port = server.port();
  }
  client_side client{port};
  auto [seen, call] = client.exchange("echo", {"x"}, {}, wire::request_kind::write);
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::unavailable));
  BOOST_TEST(!end.error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(one_whose_connection_breaks_may_have_done_something) {
  steered_server server;
  fixtures::tcp_proxy proxy{server.port()};
  client_side client{proxy.port()};
  auto [seen, call] = client.exchange("hang", {"x"}, {}, wire::request_kind::write);
  wait_until("the call at the server", [&] { return server.calls() == 1; });
  proxy.cut();
  const auto end = seen->wait_end();
  BOOST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().code == errc::unavailable));
  BOOST_TEST(end.error().outcome_unknown);
}

BOOST_AUTO_TEST_CASE(cancel_ends_it) {
  served f;
  auto [seen, call] = f.client.exchange("hang", {"x"});
  wait_until("the call at the server", [&] { return f.calls() == 1; });
  call->cancel();
  BOOST_TEST((seen->wait_end().error().code == errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
