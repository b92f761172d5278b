// SPDX-License-Identifier: Apache-2.0

// clients_per_tenant [URI]: one actor owns a client for each tenant. It starts a client with the first request, and closes all in order.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <iostream>
#include <map>
#include <optional>

using namespace std::chrono_literals;

struct tenant_append {
  std::string tenant;
  kdb::append_to_stream append;
};
struct remove_tenant {
  std::string tenant;
};

KDB_ACTOR_MESSAGES(tenants, 200, tenant_append, remove_tenant)

namespace {

struct tenants_state {
  explicit tenants_state(caf::event_based_actor* owner)
    : self{owner}, ends{owner, [this](caf::down_msg& down) { on_down(down); }} {}

  // docs: clients
  kdb::result<kdb::client_actor> client_of(const std::string& tenant) {
    if (closing)
      return kdb::unexpected(kdb::errc::closed, "the clients are closed");
    if (const auto known = clients.find(tenant); known != clients.end())
      return known->second;
    auto own = settings; // Here belong the tenant's cluster, credentials and limits.
    own.connection_name = tenant;
    auto client = kdb::spawn_client(self->system(), std::move(own));
    if (client) {
      ends.watch(*client);
      clients.emplace(tenant, *client);
      ++running;
    }
    return client;
  }

  /// A client that failed is forgotten: the next request starts another one.
  void on_down(const caf::down_msg& down) {
    std::erase_if(clients, [&](const auto& each) { return each.second.address() == down.source; });
    if (--running == 0 && closing)
      self->quit();
  }

  /// Closes all clients, and ends when the last one has ended.
  void close() {
    closing = true;
    for (const auto& [tenant, client] : clients)
      self->send_exit(client, caf::exit_reason::user_shutdown);
    if (running == 0)
      self->quit();
  }
  // docs: end

  caf::event_based_actor* self;
  kdb::any_caf::monitoring ends; // Of clients.
  kdb::settings settings;
  std::map<std::string, kdb::client_actor> clients;
  std::size_t running = 0; // Those that are closing, too.
  bool closing = false;
};

// docs: requests
caf::behavior tenants(caf::stateful_actor<tenants_state>* self, kdb::settings settings) {
  auto& state = kdb::any_caf::state_of(self);
  state.settings = std::move(settings);
  caf::message_handler requests{
    [self, &state](tenant_append& request) -> caf::result<kdb::append_result> {
      const auto client = state.client_of(request.tenant);
      if (!client)
        return kdb::to_caf(client.error());
      return kdb::any_caf::delegate(self, *client, std::move(request.append)); // The client answers who has asked.
    },
    [self, &state](const remove_tenant& request) {
      if (const auto removed = state.clients.extract(request.tenant))
        self->send_exit(removed.mapped(), caf::exit_reason::user_shutdown);
    },
  };
  return kdb::any_caf::behavior_with_exit<caf::behavior>(
    self, [&state](caf::exit_msg&) { state.close(); }, requests);
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  kdb::init_caf<kdb_block::tenants>();
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string()).value();
  kdb::owned_system owned;
  caf::scoped_actor self{owned.system()};
  const auto owner = self->spawn(tenants, settings);
  const auto orders = "-orders-" + kdb::to_string(kdb::random_uuid());
  int missing = 6;
  for (const std::string tenant : {"blue", "green", "blue", "green", "blue", "green"}) {
    tenant_append order{tenant, {.stream = tenant + orders}};
    order.append.events.push_back(kdb::new_event::json("order-placed", "{}"));
    kdb::any_caf::request(self, owner, 10s, std::move(order))
      .receive([&](const kdb::append_result&) { --missing; },
               [](const caf::error& error) { std::cerr << to_string(kdb::error::from(error)) << "\n"; });
    kdb::any_caf::send(self, owner, remove_tenant{"green"}); // Its next request starts another client.
  }
  self->monitor(owner);
  self->send_exit(owner, caf::exit_reason::user_shutdown);
  self->receive([&](const caf::down_msg&) { std::cout << "all clients are closed, " << missing << " orders are missing\n"; });
  return missing == 0 ? 0 : 1;
}
