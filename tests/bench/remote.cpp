// SPDX-License-Identifier: Apache-2.0

// kdb_bench_remote [EVENTS]: what a client of another process costs, beside a client of this process. The development node, the owner of the client
// and this program are three processes on loopback.

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "tests/fixtures/child.hpp"
#include "tests/fixtures/child_node.hpp"
#include "tests/fixtures/process.hpp"
#include <kdb/remote.hpp>

namespace {

using namespace kdb;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t event_size = 256;

struct remote_config : caf::actor_system_config {
  remote_config() {
    any_caf::use_scheduler(*this, "sharing"); // It wakes an idle system faster.
    load_remote(*this).value();
    if (const auto* workers = std::getenv("KDB_WORKERS"))
      set("middleman.workers", std::size_t(std::atoi(workers)));
  }
};

[[noreturn]] void give_up(const caf::error& cause) {
  std::cerr << to_string(error::from(cause)) << '\n';
  std::exit(1);
}

template <class Answer, class Handle, class Request>
Answer ask(caf::scoped_actor& self, const Handle& whom, Request request) {
  Answer answer;
  any_caf::request(self, whom, std::chrono::minutes{1}, std::move(request))
    .receive([&](Answer& got) { answer = std::move(got); }, give_up);
  return answer;
}

int own(const std::string& uri) {
  remote_config config;
  caf::actor_system system{config};
  const auto client = spawn_client(system, settings::from_connection_string(uri).value()).value();
  std::printf("%d\n", int{publish(client).value().port()});
  std::fflush(stdout);
  std::cin.get();
  any_caf::anon_send(client, kdb::close{});
  return 0;
}

/// Events a second of one read.
double read_rate(caf::scoped_actor& self, const client_actor& client, std::size_t events) {
  const auto start = clock_type::now();
  const auto reader = ask<reader_actor>(self, client, read_stream{"s"});
  std::size_t seen = 0;
  for (;;) {
    const auto batch = ask<event_batch>(self, reader, next{});
    if (batch.empty())
      break;
    seen += static_cast<std::size_t>(std::distance(batch.events().begin(), batch.events().end()));
  }
  if (seen != events)
    std::exit(1);
  return static_cast<double>(seen) / std::chrono::duration<double>(clock_type::now() - start).count();
}

/// The median of single appends, in µs.
double append_latency(caf::scoped_actor& self, const client_actor& client, std::size_t count) {
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i) {
    append_to_stream one{.stream = "single", .events = {new_event::binary("happened", std::string(event_size, 'x'))}};
    const auto start = clock_type::now();
    ask<append_result>(self, client, std::move(one));
    all.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - start).count());
  }
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count / 2), all.end());
  return all[count / 2];
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 2 && std::string{argv[1]} == "own")
    return own(argv[2]);
  const auto events = argc > 1 ? std::stoul(argv[1]) : 300'000ul;
  fixtures::child_node node;
  fixtures::child owner{{fixtures::own_path(), "own", node.connection_string()}};
  const auto port = static_cast<std::uint16_t>(std::stoul(owner.read_line()));
  remote_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const auto direct = spawn_client(system, settings::from_connection_string(node.connection_string()).value()).value();
  const auto remote = connect_remote(system, {.port = port}).value();
  for (std::size_t written = 0; written < events; written += 1000) {
    append_to_stream some{.stream = "s"};
    for (int i = 0; i < 1000; ++i)
      some.events.push_back(new_event::binary("happened", std::string(event_size, 'x')));
    ask<append_result>(self, direct, std::move(some));
  }
  for (int round = 0; round < 3; ++round) {
    std::printf("reads, events/s:       direct %8.0f   remote %8.0f\n", read_rate(self, direct, events),
                read_rate(self, remote, events));
    std::printf("single append, µs p50: direct %8.1f   remote %8.1f\n", append_latency(self, direct, 3000),
                append_latency(self, remote, 3000));
    std::fflush(stdout);
  }
  any_caf::anon_send(remote, kdb::close{});
  any_caf::anon_send(direct, kdb::close{});
  return 0;
}
