// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/host.hpp"

#include <algorithm>
#include <thread>

#include <caf/scoped_actor.hpp>

#include "tests/bench/workers/one_at_a_time.hpp"
#include "tests/bench/workers/signals.hpp"

namespace kdb::bench {

namespace {

caf::actor_system_config& configure(caf::actor_system_config& config, const work_options& options) {
  init_caf<kdb_block::bench_passes>();
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  any_caf::use_scheduler(config, options.scheduler, options.threads ? options.threads : cores);
  return config;
}

} // namespace

std::string connection_string(const work_options& options) {
  return "kurrentdb://" + options.target + (options.ca.empty() ? "?tls=false" : "?tlsCaFile=" + options.ca);
}

new_event event_to_append(const std::string& data) {
  return new_event::json("order-placed", data);
}

host::host(const work_options& options) : system_{configure(config_, options)} {
  auto how = settings::from_connection_string(connection_string(options));
  if (!how)
    throw std::runtime_error{to_string(how.error())};
  if (options.signals == "on")
    add_signals(*how);
  auto spawned = spawn_client(system_, *how);
  if (!spawned)
    throw std::runtime_error{to_string(spawned.error())};
  client_ = *spawned;
  caf::scoped_actor self{system_};
  any_caf::request(self, client_, caf::infinite, wait_connected{})
    .receive([](const connected&) {}, [](const caf::error& why) { throw std::runtime_error{to_string(error::from(why))}; });
}

host::~host() {
  caf::scoped_actor self{system_};
  any_caf::request(self, client_, caf::infinite, close{}).receive([] {}, [](const caf::error&) {});
  client_ = nullptr;
}

} // namespace kdb::bench
