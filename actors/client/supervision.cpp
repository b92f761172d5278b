// SPDX-License-Identifier: Apache-2.0
#include "actors/client/client.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

#include "actors/client/management.hpp"
#include "actors/runtime/late_sender.hpp"
#include "actors/workers/appender.hpp"
#include "actors/workers/call_defaults.hpp"
#include "libkdb/rpc/grpc_transport.hpp"

// The client as a supervisor: its workers, those who observe it, and its end.
namespace kdb::inline v0 {

namespace {

/// Why an attempt to find a node has failed, if the change is about one. That a node was lost is no such thing.
std::optional<error> trouble_of(const connection_change& change) {
  const auto* again = std::get_if<reconnecting>(&change);
  return again && again->attempt > 0 ? std::optional{again->why} : std::nullopt;
}

std::function<bool()> relief_of(const std::shared_ptr<rpc::engine>& engine) {
  if (!engine)
    return {};
  return [weak = std::weak_ptr{engine}] {
    const auto alive = weak.lock();
    return alive && rpc::relieve(*alive);
  };
}

} // namespace

client_state::~client_state() {
  tell_end();
  for (auto& promise : closers)
    any_caf::deliver_nothing(promise);
  // Killed, not closed: workers that wait for the server would live on, and keep their callers waiting.
  if (context)
    context->connection->close();
  for (const auto& [address, unused] : children)
    if (auto alive = caf::actor_cast<caf::actor>(address))
      caf::anon_send_exit(alive, caf::exit_reason::user_shutdown);
}

// -- the workers ------------------------------------------------------------------------

void client_state::spawn_keeper() {
  if (!context->credentials->provided())
    return;
  keeper = self->spawn(credentials_keeper,
                       credentials_keeper_parts{parts.settings.credentials_provider, context->credentials, parts.log});
  supervise(keeper.address());
}

void client_state::spawn_connection() {
  if (uses_gossip(parts.settings))
    discovery = self->spawn(gossip_discovery, parts.settings, parts.transports, parts.look_up, context->credentials);
  else
    discovery = self->spawn(single_endpoint_discovery, parts.settings, parts.transports, context->credentials);
  auto link = self->spawn(
    connection, connection_parts{.settings = parts.settings,
                                 .discovery = discovery,
                                 .transports = parts.transports,
                                 .log = parts.log,
                                 .credentials = context->credentials,
                                 .keeper = keeper,
                                 .announce =
                                   [tell = late_sender{self}, link = context->connection](const connection_change& change) {
                                     link->set_trouble(trouble_of(change));
                                     link->set_connected(std::holds_alternative<connected>(change));
                                     tell(change);
                                   },
                                 .relieve = relief_of(parts.engine),
                                 .predecessors = connections++,
                                 .signals = context->signals});
  context->connection->set(link);
  supervise(discovery.address());
  supervise(link.address());
}

void client_state::spawn_appender() {
  appender = self->spawn(kdb::appender, context);
  supervise(appender.address());
}

void client_state::spawn_management() {
  management = self->spawn(kdb::management, context);
  supervise(management.address());
}

void client_state::supervise(const caf::actor_addr& child, caf::strong_actor_ptr handle) {
  ends.watch(child);
  children.emplace(child, std::move(handle));
}

void client_state::on_down(const caf::down_msg& message) {
  std::erase_if(observers, [&](const caf::actor& each) { return each.address() == message.source; });
  children.erase(message.source);
  consumers.erase(message.source);
  if (closing) {
    stop_calls();
    quit_when_done();
    return;
  }
  const auto link = context->connection->get().address();
  const auto keeper_died = keeper && message.source == keeper.address();
  const auto link_died = message.source == link || message.source == discovery.address() || keeper_died;
  const auto appender_died = message.source == appender.address(), management_died = message.source == management.address();
  if (!link_died && !appender_died && !management_died)
    return; // A reader or subscription: theirs is nobody's loss but their owner's, who was told.
  const auto reason = error::from(message.reason).message;
  if (!restarts.take(self->clock().now())) {
    shut(to_caf({.code = errc::internal, .message = "parts of the client failed too often; the last failure: " + reason}));
    return;
  }
  const auto kind = keeper_died     ? policy::worker_kind::credentials_keeper
                    : link_died     ? policy::worker_kind::connection
                    : appender_died ? policy::worker_kind::appender
                                    : policy::worker_kind::management;
  if (parts.log)
    (*parts.log)(log_level::error, policy::log_event::worker_replaced, "a worker failed and is replaced: " + reason,
                 {{"kurrentdb.worker", std::string{policy::worker_names[static_cast<std::size_t>(kind)]}}});
  count(context->signals, policy::metric_id::restarts, 1, kind);
  if (keeper_died)
    spawn_keeper();
  if (appender_died)
    spawn_appender();
  if (management_died)
    spawn_management();
  if (!link_died)
    return;
  // The one does not live without the other. Killed, it says that it has died; told to end it would say that the client is closed.
  for (const auto& left : {discovery.address(), link})
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(left))
      self->send_exit(alive, caf::exit_reason::kill);
  spawn_connection();
}

// -- those who observe ---------------------------------------------------------------------

void client_state::on_observe(const observe& message) {
  if (!message.observer)
    return;
  if (last_change)
    any_caf::anon_send(message.observer, *last_change);
  if (std::find(observers.begin(), observers.end(), message.observer) != observers.end())
    return;
  ends.watch(message.observer);
  observers.push_back(message.observer);
}

void client_state::on_change(const connection_change& change) {
  last_change = change;
  any_caf::send(self, appender, node_changed{});
  tell_observers(change);
}

void client_state::tell_observers(const connection_change& change) {
  if (parts.log)
    parts.log->tell(change);
  for (const auto& each : observers)
    any_caf::anon_send(each, change);
}

// -- the end --------------------------------------------------------------------------------

void client_state::tell_end() {
  if (std::exchange(end_told, true))
    return;
  tell_observers(client_closed{exit_reason && exit_reason != caf::exit_reason::normal ? std::optional{error::from(exit_reason)}
                                                                                      : std::nullopt});
}

caf::result<void> client_state::on_close() {
  auto promise = self->make_response_promise<void>();
  closers.push_back(promise);
  shut(caf::exit_reason::normal);
  return promise;
}

void client_state::shut(caf::error reason) {
  if (std::exchange(closing, true))
    return;
  exit_reason = std::move(reason);
  context->connection->close();
  for (const auto& [address, handle] : children)
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(address))
      self->send_exit(alive, caf::exit_reason::user_shutdown);
  stop_calls();
  quit_when_done();
}

void client_state::stop_calls() {
  if (!consumers.empty() || std::exchange(calls_stopped, true))
    return;
  if (parts.engine)
    rpc::stop_engine(*parts.engine, [tell = late_sender{self}] { tell(calls_drained{}); });
  else
    drained = true;
}

void client_state::quit_when_done() {
  if (!closing || !drained || !children.empty())
    return;
  tell_end(); // First: who has closed it may take its sinks away.
  for (auto& promise : std::exchange(closers, {}))
    any_caf::deliver_nothing(promise);
  self->quit(exit_reason);
}

} // namespace kdb::inline v0
