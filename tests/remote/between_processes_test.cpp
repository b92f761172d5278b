// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/fixtures/child.hpp"
#include "tests/fixtures/node.hpp"
#include "tests/fixtures/process.hpp"
#include "tests/remote/process.hpp"

namespace kdb::test {
namespace {

/// A process that publishes a client of a node.
struct owner_process {
  explicit owner_process(const std::string& uri, std::uint16_t at = 0)
    : child{{KDB_REMOTE_PEER, "own", uri, std::to_string(at)}}, port{static_cast<std::uint16_t>(std::stoul(child.read_line()))} {}

  std::size_t actors() {
    child.write_line("actors");
    return std::stoul(child.read_line());
  }

  fixtures::child child;
  std::uint16_t port;
};

struct node_and_owner {
  fixtures::node node;
  owner_process owner{node.connection_string()};
  process user;

  void fill(const client_actor& client, std::size_t events, std::size_t size) {
    for (std::size_t i = 0; i < events; ++i)
      user.ask(client, append_to_stream{.stream = "s", .events = some_events(1, size)}).value();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(between_processes, node_and_owner)

BOOST_AUTO_TEST_CASE(the_death_of_the_owner_ends_everything_and_another_one_takes_its_place) {
  const auto client = connect_remote(user.system(), {.port = owner.port}).value();
  fill(client, 3, 10);
  const auto log = std::make_shared<subscriber_log>();
  user.ask_for<subscription_actor>(client, subscribe_to_stream{"s", user.system().spawn(test_subscriber, log, manner::takes)})
    .value();
  const auto reader = user.ask_for<reader_actor>(client, read_all{}).value();
  static_cast<void>(user.ask_for<event_batch>(reader, next{}).value());
  fixtures::wait_until("the events", [&] { return log->count() == 3; });
  user.self()->monitor(client);

  owner.child.freeze(); // So that the append is under way when it dies.
  auto append = any_caf::request(user.self(), client, caf::infinite, append_to_stream{.stream = "s", .events = some_events(1)});
  auto read = any_caf::request(user.self(), client, caf::infinite, get_current_version{"s"});
  owner.child.kill();
  std::move(append).receive([](const append_result&) { BOOST_ERROR("an answer of the dead"); },
                            [](const caf::error& cause) {
                              const auto lost = error::from(cause);
                              BOOST_TEST((lost.code == errc::unavailable));
                              BOOST_TEST(lost.outcome_unknown);
                              BOOST_TEST(lost.retry_can_help);
                            });
  std::move(read).receive([](const std::optional<stream_revision>&) { BOOST_ERROR("an answer of the dead"); },
                          [](const caf::error& cause) { BOOST_TEST(!error::from(cause).outcome_unknown); });
  user.self()->receive([](const caf::down_msg& down) {
    const auto lost = error::from(down.reason);
    BOOST_TEST((lost.code == errc::unavailable));
    BOOST_TEST(lost.message.find("was lost") != std::string::npos);
  });
  fixtures::wait_until("the end", [&] { return log->ended().has_value(); });
  BOOST_TEST((log->ended()->reason == end_reason::connection_lost));
  BOOST_TEST((log->ended()->last == last_delivered{stream_revision{2}}));

  owner_process successor{node.connection_string(), owner.port};
  const auto again = connect_remote(user.system(), {.port = owner.port}).value();
  BOOST_TEST(user.ask(again, get_current_version{"s"}).has_value());
}

BOOST_AUTO_TEST_CASE(the_death_of_a_user_leaves_nothing_behind) {
  const auto client = connect_remote(user.system(), {.port = owner.port}).value();
  fill(client, 2000, 10);
  const auto before = owner.actors();
  fixtures::child follower{{KDB_REMOTE_PEER, "follow", std::to_string(owner.port), "s"}};
  BOOST_REQUIRE(follower.read_line() == "ready");
  BOOST_TEST(owner.actors() > before);
  follower.kill();
  fixtures::wait_until("the end of all that the dead process has started", [&] { return owner.actors() == before; });
  BOOST_TEST(user.ask(client, get_health{}).value().ready);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_in_both_processes_while_a_subscriber_stalls) {
  const auto client = connect_remote(user.system(), {.port = owner.port}).value();
  fill(client, 256, 1 << 20);
  const auto owner_before = fixtures::resident_bytes(owner.child.id());
  fixtures::child follower{{KDB_REMOTE_PEER, "follow", std::to_string(owner.port), "s"}};
  BOOST_REQUIRE(follower.read_line() == "ready");
  const auto held = [&] { return fixtures::resident_bytes(owner.child.id()) + fixtures::resident_bytes(follower.id()); };
  static_cast<void>(fixtures::wait_until_steady("the memory of both", held, 1s));
  const auto owner_grew =
    fixtures::resident_bytes(owner.child.id()) - std::min(owner_before, fixtures::resident_bytes(owner.child.id()));
  const auto follower_holds = fixtures::resident_bytes(follower.id());
  BOOST_TEST_MESSAGE("of 256 MiB the owner holds " << (owner_grew >> 20) << " MiB more than before, the follower "
                                                   << (follower_holds >> 20) << " MiB in all");
  // At most 8 + 4 batches on each side, here of an event of 1 MiB each, and those that are being copied.
  BOOST_TEST(owner_grew < (80ull << 20) * fixtures::slowness);
  BOOST_TEST(follower_holds < (160ull << 20) * fixtures::slowness);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::test
