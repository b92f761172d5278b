// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <grpcpp/channel.h>

#include <caf/scoped_actor.hpp>

#include "tests/bench/workers/host.hpp"
#include "tests/bench/workers/raw_channel.hpp"
#include "tests/bench/workers/worker.hpp"

// Connecting, again and again.
namespace kdb::bench {

worker make_raw_connect(const work_options& options) {
  return [options] {
    const stopwatch time;
    for (std::uint64_t i = 0; i < options.count; ++i) {
      const auto channel = raw_channel(options.target, options.ca);
      if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds{10}))
        throw std::runtime_error{"no connection"};
    }
    return time.stop(static_cast<double>(options.count));
  };
}

worker make_actors_connect(const work_options& options) {
  // The system stays, as a program's does.
  const auto first = std::make_shared<host>(options);
  return [first, options] {
    const auto how = settings::from_connection_string(connection_string(options)).value();
    const stopwatch time;
    for (std::uint64_t i = 0; i < options.count; ++i) {
      const auto made = spawn_client(first->system(), how);
      if (!made)
        throw std::runtime_error{to_string(made.error())};
      caf::scoped_actor self{first->system()};
      any_caf::request(self, *made, caf::infinite, wait_connected{})
        .receive([](const connected&) {}, [](const caf::error& why) { throw std::runtime_error{to_string(error::from(why))}; });
      any_caf::send(self, *made, close{});
    }
    return time.stop(static_cast<double>(options.count));
  };
}

} // namespace kdb::bench
