// SPDX-License-Identifier: Apache-2.0

// own_actor_system [URI]: a host with an actor system of its own spawns the client into it and supervises it.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: host
/// Owns the client: they are linked, so the client closes when its host ends, and the host ends when the client fails.
caf::behavior host(caf::event_based_actor* self, kdb::settings settings, int* status) {
  auto db = kdb::spawn_client(self->system(), std::move(settings));
  if (!db) {
    self->quit(kdb::to_caf(db.error()));
    return {};
  }
  self->link_to(*db);
  kdb::any_caf::request(self, *db, 10s, kdb::get_commit_position{})
    .then(
      [=](kdb::log_position head) {
        std::cout << "the last event is at " << to_string(head) << "\n";
        *status = 0;
      },
      [=](const caf::error& error) { std::cerr << to_string(kdb::error::from(error)) << "\n"; });
  return {}; // The actor ends when the answer has arrived.
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  if (!settings) {
    std::cerr << to_string(settings.error()) << "\n";
    return 1;
  }
  kdb::init_caf();
  caf::actor_system_config config;
  kdb::any_caf::use_scheduler(config, "sharing"); // Wakes an idle system faster than `stealing`.
  caf::actor_system system{config};
  int status = 1;
  system.spawn(host, *settings, &status);
  system.await_all_actors_done();
  return status;
}
