// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/scenario.hpp"

#include <kdb/client.hpp>

namespace kdb::integration {

namespace {

/// One thread's work: everything, on streams of its own and on a shared one. It throws: Boost.Test is for the thread of the test alone.
void do_everything(driver& client, const fixtures::own_names& named, int number) {
  const auto own = named("own-" + std::to_string(number));
  const auto subscription = client.subscribe_to_stream(own).value();
  for (std::uint64_t round = 0; round < 20; ++round) {
    const auto expected = round == 0 ? stream_state::no_stream : stream_state::revision(round * 10 - 1);
    static_cast<void>(client.append(own, expected, numbered(10, round * 10)).value());
    static_cast<void>(client.append(named("shared"), stream_state::any, numbered(2)).value());
    const auto read = read_to_end(client.read_stream(own));
    if (read.revisions() != numbers(0, round * 10 + 10) || !read.end)
      throw std::runtime_error{"thread " + std::to_string(number) + " read something else than it wrote"};
    const auto early = client.read_all();
    static_cast<void>(early->next().value());
    early->finish().value();
    if (follow_events(*subscription, 10).revisions() != numbers(round * 10, round * 10 + 10))
      throw std::runtime_error{"thread " + std::to_string(number) + " followed something else than it wrote"};
    static_cast<void>(client.get_commit_position().value());
  }
  subscription->cancel();
  follow_to_end(*subscription);
}

} // namespace

BOOST_AUTO_TEST_SUITE(concurrency)

KDB_SCENARIO(eight_threads_do_everything_with_one_client) {
  scenario s{which};
  std::vector<std::future<void>> threads;
  for (int i = 0; i < 8; ++i)
    threads.push_back(std::async(std::launch::async, [&, i] { do_everything(*s.client, s.named, i); }));
  for (auto& each : threads)
    fixtures::value_of(each, "a thread", 3 * fixtures::patience);
  BOOST_TEST(read_to_end(s.client->read_stream(s.named("shared"))).events().size() == 8u * 20 * 2);
}

BOOST_AUTO_TEST_CASE(copies_of_a_client_share_its_life) {
  const fixtures::server server;
  const auto stream = fixtures::own_names{}("s");
  auto first = value_of(client::connect(server.settings()));
  std::optional<client> second = first;
  value_of(second->append_to_stream(stream, stream_state::any, numbered(1)));
  {
    const auto third = first; // It goes, and the others stay.
  }
  value_of(first.append_to_stream(stream, stream_state::any, numbered(1)));
  second->close();
  BOOST_TEST(error_of(first.get_commit_position()).code == errc::closed);
  second.reset();
  first.close();
}

BOOST_AUTO_TEST_CASE(a_reading_and_a_subscription_keep_the_runtime_of_a_client_that_is_gone) {
  const fixtures::server server;
  const auto stream = fixtures::own_names{}("s");
  std::optional<client> gone = value_of(client::connect(server.settings()));
  value_of(gone->append_to_stream(stream, stream_state::any, numbered(3)));
  auto reading = gone->read_stream(stream);
  auto subscription = value_of(gone->subscribe_to_stream(stream));
  gone.reset();
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& event : reading.events())
    ++count;
  require(reading.finish());
  BOOST_TEST(count == 3u);
  BOOST_TEST(!value_of(subscription.next(fixtures::patience)).empty());
}

BOOST_AUTO_TEST_CASE(a_reading_is_iterated_by_events_and_its_end_is_looked_at) {
  const fixtures::server server;
  const auto stream = fixtures::own_names{}("s");
  auto client = value_of(client::connect(server.settings()));
  value_of(client.append_to_stream(stream, stream_state::any, numbered(200)));
  auto all = client.read_stream(stream);
  std::uint64_t next = 0;
  for (const auto& event : all.events())
    BOOST_REQUIRE(event.revision().value == next++);
  require(all.finish());
  BOOST_TEST(next == 200u);

  auto early = client.read_stream(stream);
  for (const auto& event : early.events())
    if (event.revision().value == 70)
      break;
  require(early.finish());

  auto missing = client.read_stream(fixtures::own_names{}("nowhere"));
  for ([[maybe_unused]] const auto& batch : missing.batches())
    BOOST_ERROR("there is nothing to read");
  BOOST_TEST(error_of(missing.finish()).code == errc::stream_not_found);
}

BOOST_AUTO_TEST_CASE(a_bad_connection_string_is_a_typed_error) {
  const auto why = error_of(client::connect("kurrentdb://127.0.0.1?tls=perhaps"));
  BOOST_TEST(why.code == errc::invalid_connection_string);
  BOOST_REQUIRE(why.get<bad_argument>());
  BOOST_TEST(why.get<bad_argument>()->name == "tls");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
