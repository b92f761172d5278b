// SPDX-License-Identifier: Apache-2.0

// supervised_client [URI]: a supervisor owns the client, starts a new one when it fails, and moves the subscriptions to it.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

struct follow {
  std::string stream;
  kdb::stream_position from;
  caf::actor subscriber;
};
struct crash {};

KDB_ACTOR_MESSAGES(supervision, 200, follow, crash)

namespace {

// docs: supervisor
struct supervisor_state {
  explicit supervisor_state(caf::event_based_actor* owner) : self{owner}, ends{owner, [this](caf::down_msg&) { start(); }} {}

  void start() {
    client = kdb::spawn_client(self->system(), settings).value();
    ends.watch(client);
  }

  caf::event_based_actor* self;
  kdb::any_caf::monitoring ends; // Of clients: another one is started.
  kdb::settings settings;
  kdb::client_actor client;
};

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, kdb::settings settings) {
  auto& state = kdb::any_caf::state_of(self);
  state.settings = std::move(settings);
  state.start();
  return {
    [self, &state](kdb::append_to_stream& append) { return kdb::any_caf::delegate(self, state.client, std::move(append)); },
    [self, &state](const follow& wanted) {
      const kdb::subscribe_to_stream from_there{wanted.stream, wanted.subscriber, {.from = wanted.from}};
      kdb::any_caf::request(self, state.client, caf::infinite, from_there)
        .then([](const kdb::subscription_actor&) {}, [=](const caf::error&) { kdb::any_caf::send_later(self, 50ms, wanted); });
    },
    [self, &state](const crash&) { self->send_exit(state.client, caf::exit_reason::kill); },
  };
}
// docs: end

// docs: follower
/// Sees every event once and in order, also if clients fail: when a subscription ends, it starts another after the last event.
caf::behavior follower(caf::stateful_actor<std::uint64_t>* self, caf::actor owner, std::string stream, std::uint64_t enough) {
  auto& seen = kdb::any_caf::state_of(self);
  const auto go_on = [=, &seen] {
    kdb::any_caf::send(self, owner, follow{stream, seen == 0 ? kdb::stream_start : kdb::stream_revision{seen - 1}, self});
  };
  go_on();
  return {
    [=, &seen](const kdb::event_batch& batch) {
      for (const auto& event : batch.events())
        if (event.revision().value != seen++)
          self->quit(caf::sec::runtime_error);
      if (seen == enough)
        self->quit();
    },
    [=](const kdb::subscription_ended&) { go_on(); },
  };
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  kdb::init_caf<kdb_block::supervision>();
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string()).value();
  kdb::owned_system owned;
  caf::scoped_actor self{owned.system()};
  const auto owner = self->spawn(supervisor, settings);
  const auto stream = "supervised-" + kdb::to_string(kdb::random_uuid());
  constexpr std::uint64_t events = 40;
  self->monitor(self->spawn(follower, owner, stream, events));
  for (std::uint64_t i = 0; i < events; ++i) {
    if (i % 10 == 5)
      kdb::any_caf::send(self, owner, crash{});
    // The explicit expected state and the id make a retry idempotent.
    kdb::append_to_stream one{stream, i == 0 ? kdb::stream_state::no_stream : kdb::stream_state::revision(i - 1)};
    one.events.push_back(kdb::new_event::json("happened", "{}"));
    for (bool done = false; !done;)
      kdb::any_caf::request(self, owner, 10s, one)
        .receive([&](const kdb::append_result&) { done = true; }, [](const caf::error&) {});
  }
  int status = 1;
  self->receive([&](const caf::down_msg& down) { status = down.reason ? 1 : 0; });
  self->send_exit(owner, caf::exit_reason::user_shutdown);
  std::cout << (status == 0 ? "every event came once\n" : "events were missed or repeated\n");
  return status;
}
