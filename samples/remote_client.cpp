// SPDX-License-Identifier: Apache-2.0

// remote_client [URI]: one process owns the client, a second one appends and subscribes through it. The first is killed and started again; the
// second goes on, and no event is lost or repeated.

#include <kdb/devnode.hpp>
#include <kdb/remote.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <csignal>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

struct remote_config : caf::actor_system_config {
  remote_config() { kdb::load_remote(*this).value(); }
};

// docs: owner
/// The first process: owns the client, publishes it, and says where.
int own(const std::string& uri, std::uint16_t port) {
  remote_config config;
  caf::actor_system system{config};
  const auto client = kdb::spawn_client(system, kdb::settings::from_connection_string(uri).value()).value();
  std::cout << getpid() << ' ' << kdb::publish(client, {.port = port}).value().port() << std::endl;
  pause(); // Until it is killed.
  return 0;
}
// docs: end

/// Starts the first process, and kills it.
class owner_process {
public:
  owner_process(std::string program, const std::string& uri, std::uint16_t at = 0) {
    const auto command = "exec '" + program + "' own '" + uri + "' " + std::to_string(at);
    output_ = popen(command.c_str(), "r");
    if (output_ == nullptr || std::fscanf(output_, "%d %hu", &id_, &port) != 2)
      throw std::runtime_error{"the owner of the client did not start"};
  }
  ~owner_process() {
    kill(id_, SIGKILL);
    pclose(output_);
  }
  owner_process(const owner_process&) = delete;
  owner_process& operator=(const owner_process&) = delete;

  std::uint16_t port = 0;

private:
  FILE* output_ = nullptr;
  pid_t id_ = 0;
};

// docs: user
using counter = std::shared_ptr<std::atomic<std::uint64_t>>;

/// Counts the events of a stream, until its subscription ends.
caf::behavior follower(caf::event_based_actor* self, counter seen) {
  return {
    [=](const kdb::event_batch& batch) {
      for (const auto& event : batch.events())
        if (event.revision().value != (*seen)++)
          throw std::logic_error{"an event was lost or repeated"};
    },
    [=](const kdb::subscription_ended&) { self->quit(); },
  };
}

/// The second process: what it does through a client, and what it does when the client ends.
struct user {
  /// Connects again, as often as it takes, and follows the stream from where the last subscription ended.
  void resolve() {
    for (;; std::this_thread::sleep_for(50ms)) {
      const auto found = kdb::connect_remote(system, {.port = port, .timeout = 1s});
      if (!found)
        continue; // The owner is not there yet.
      client = *found;
      const auto last = seen->load();
      const auto from = last == 0 ? kdb::stream_start : kdb::stream_position{kdb::stream_revision{last - 1}};
      following = self->spawn(follower, seen);
      self->monitor(following);
      bool follows = false;
      kdb::any_caf::request(self, client, 10s, kdb::subscribe_to_stream{stream, following, {.from = from}})
        .receive([&](const kdb::subscription_actor&) { follows = true; },
                 [&](const caf::error&) { self->send_exit(following, caf::exit_reason::kill); });
      if (follows)
        return;
      await_end();
    }
  }

  /// Waits until the follower has seen the end of its subscription: the next one goes on from there.
  void await_end() {
    self->receive([](const caf::down_msg&) {});
  }

  /// Appends one event. The explicit expected state and the id of the event make a retry idempotent.
  void append(kdb::stream_state expected) {
    const kdb::append_to_stream one{stream, expected, {kdb::new_event::json("happened", "{}")}};
    for (bool done = false; !done;) {
      kdb::any_caf::request(self, client, 10s, one)
        .receive([&](const kdb::append_result&) { done = true; }, [](const caf::error&) {});
      if (done)
        return;
      await_end();
      resolve();
    }
  }

  caf::actor_system& system;
  std::uint16_t port;
  std::string stream;
  counter seen = std::make_shared<std::atomic<std::uint64_t>>(0);
  caf::scoped_actor self{system};
  kdb::client_actor client{};
  caf::actor following{};
};
// docs: end

} // namespace

int main(int argc, char** argv) {
  if (argc > 3 && std::string{argv[1]} == "own")
    return own(argv[2], static_cast<std::uint16_t>(std::stoul(argv[3])));
  std::optional<kdb::devnode> node;
  const auto uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  auto owner = std::make_unique<owner_process>(argv[0], uri);
  remote_config config;
  caf::actor_system system{config};
  user second{system, owner->port, "shared-" + kdb::to_string(kdb::random_uuid())};
  second.resolve();
  constexpr std::uint64_t events = 30;
  for (std::uint64_t i = 0; i < events; ++i) {
    if (i % 10 == 5) {
      owner.reset(); // Killed.
      owner = std::make_unique<owner_process>(argv[0], uri, second.port);
    }
    second.append(i == 0 ? kdb::stream_state::no_stream : kdb::stream_state::revision(i - 1));
  }
  while (*second.seen < events)
    std::this_thread::sleep_for(10ms);
  std::cout << "every event came once\n";
  kdb::any_caf::request(second.self, second.client, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return 0;
}
