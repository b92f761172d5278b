// SPDX-License-Identifier: Apache-2.0
#include "tests/scale/roles.hpp"

#include <sys/resource.h>

#include <atomic>
#include <iostream>
#include <thread>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <kdb/actors.hpp>

#include "tests/fixtures/process.hpp"
#include "tests/fixtures/wait.hpp"

namespace kdb::scale {

namespace {

using namespace std::chrono_literals;

struct counts {
  std::atomic<std::size_t> confirmed{0}, failed{0}, events{0}, ends{0};
};

/// Follows so many times: the subscriptions have one subscriber, as in a program that tells them apart by their streams.
caf::behavior host(caf::event_based_actor* self, client_actor client, std::size_t count, counts* all) {
  for (std::size_t i = 0; i < count; ++i)
    any_caf::request(self, client, caf::infinite,
                     subscribe_to_stream{stream, subscriber{self}, {.from = stream_end, .resume = {.limit = -1}}})
      .then([=](const subscription_actor&) { ++all->confirmed; }, [=](const caf::error&) { ++all->failed; });
  return {
    [=](const event_batch& batch) {
      for ([[maybe_unused]] const auto& event : batch.events())
        ++all->events;
    },
    [=](const subscription_ended&) { ++all->ends; },
  };
}

std::chrono::microseconds cpu_time() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& t) { return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec}; };
  return of(used.ru_utime) + of(used.ru_stime);
}

void wait_for_line() {
  std::string line;
  std::getline(std::cin, line);
}

/// Appends one event, again until that works.
void append_one(caf::scoped_actor& self, const client_actor& client) {
  for (bool done = false; !done;)
    any_caf::request(self, client, 20s,
                     append_to_stream{stream, stream_state::any, {new_event::json("happened", "{}")}, {.call = {.deadline = 2s}}})
      .receive([&](const append_result&) { done = true; }, [](const caf::error&) {});
}

} // namespace

int run_client(const std::string& connection_string, std::size_t count) {
  owned_system owned; // Its scheduler is `sharing`.
  auto client = spawn_client(owned.system(), settings::from_connection_string(connection_string).value()).value();
  caf::scoped_actor self{owned.system()};
  append_one(self, client);
  const auto idle = fixtures::resident_bytes();

  counts all;
  const fixtures::stopwatch since;
  const auto following = owned.system().spawn(host, client, count, &all);
  fixtures::wait_until(
    "all confirmations", [&] { return all.confirmed + all.failed == count; }, 120s);
  const auto confirmed = since.elapsed();
  std::cout << confirmed.count() << " " << (fixtures::resident_bytes() - idle) / count << " " << fixtures::thread_count() << " "
            << all.failed << std::endl;
  wait_for_line();

  std::this_thread::sleep_for(2s); // What the start has left behind.
  const auto before = cpu_time();
  std::this_thread::sleep_for(20s); // Two of its keepalive intervals.
  std::cout << static_cast<double>((cpu_time() - before).count()) / 20e6 * 100 << std::endl;
  wait_for_line();

  // The leader is dead now.
  const fixtures::stopwatch dead;
  append_one(self, client);
  const auto appended = dead.elapsed();
  fixtures::wait_until(
    "the event everywhere", [&] { return all.events >= count; }, 60s);
  std::cout << dead.elapsed().count() << " " << appended.count() << " " << all.ends << " " << (all.events - count) << std::endl;
  wait_for_line();
  std::_Exit(0);
}

} // namespace kdb::scale
