// SPDX-License-Identifier: Apache-2.0
#include "actors/client/client.hpp"

#include <utility>

#include "actors/runtime/kept_promise.hpp"
#include "actors/workers/call_defaults.hpp"
#include "actors/workers/parts_appender.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/rpc/grpc_transport.hpp"

namespace kdb::inline v0 {

namespace {

constexpr std::string_view settings_stream = "$settings";

std::string metadata_stream(const std::string& stream) {
  return "$$" + stream;
}

} // namespace

error closed_error() {
  return {.code = errc::closed, .message = "the client is closed"};
}

caf::behavior client_state::start(client_parts given) {
  parts = std::move(given);
  restarts = {parts.settings.max_restarts, parts.settings.restart_span};
  context =
    std::make_shared<const worker_context>(worker_context{parts.settings, std::make_shared<connection_ref>(), parts.log,
                                                          std::make_shared<own_credentials>(parts.settings), parts.signals});
  ends = {self, [this](caf::down_msg& message) { on_down(message); }};
  spawn_keeper();
  spawn_connection();
  spawn_appender();
  spawn_management();
  caf::message_handler own{
    [this](append_to_stream& request) { return on_append(request); },
    [this](read_stream& request) { return on_read(request); },
    [this](read_all& request) { return on_read_all(request); },
    [this](subscribe_to_stream& request) { return on_subscribe(request); },
    [this](subscribe_to_all& request) { return on_subscribe_all(request); },
    [this](consume& request) { return on_consume(request); },
    [this](watch_statistics& request) { return on_watch_statistics(request); },
    [this](append_in_parts& request) { return on_append_in_parts(request); },
    [this](read_stream_to_end& request) { return on_read_to_end(request); },
    [this](set_stream_metadata& request) { return on_set_metadata(request); },
    [this](set_system_settings& request) { return on_set_settings(request); },
    [this](run_call& request) { return on_run(request); },
    [this](observed_append& request) { return on_observed_append(request); },
    [this](const wait_connected& request) { return on_wait_connected(request); },
    [this](const get_status&) { return on_get_status(); },
    [this](const get_health&) { return on_get_health(); },
    [this](get_server_info& request) { return on_get_server_info(request); },
    [this](const observe& request) { on_observe(request); },
    [this](const close&) { return on_close(); },
    [this](const connection_change& change) { on_change(change); },
    [this](const calls_drained&) {
      drained = true;
      quit_when_done();
    },
  };
  return any_caf::behavior_with_exit<caf::behavior>(
    self, [this](caf::exit_msg& message) { shut(std::move(message.reason)); },
    own.or_else(stream_handlers()).or_else(administration_handlers()));
}

// -- the requests -------------------------------------------------------------------------

caf::result<server_messages> client_state::on_run(run_call& request) {
  if (closing)
    return to_caf(closed_error());
  return any_caf::delegate(self, management, std::move(request));
}

caf::result<append_result> client_state::on_append(append_to_stream& request, policy::observed_operation operation) {
  if (closing)
    return to_caf(closed_error());
  auto& call = request.options.call;
  const auto times = call.retry.value_or(parts.settings.retry);
  if (times == 0 && operation == policy::observed_operation::append_to_stream)
    return any_caf::delegate(self, appender, std::move(request)); // Which observes it.
  auto seen = watch_operation(context->signals, operation, call, request.stream, request.events.size());
  if (times == 0)
    return any_caf::delegate(self, appender, observed_append{std::move(request), std::move(seen)});
  const auto explicitly = request.expected == stream_state::no_stream || request.expected.is_revision();
  const auto started =
    self->spawn(retrying, untyped_client{self},
                retry_plan{explicitly, times, policy::time_budget{deadline_for(parts.settings, call), self->clock().now()}});
  supervise(started.address());
  return any_caf::delegate(self, started, observed_append{std::move(request), std::move(seen)});
}

caf::result<append_result> client_state::on_observed_append(observed_append& request) {
  if (closing)
    return to_caf(closed_error());
  return any_caf::delegate(self, appender, std::move(request));
}

caf::result<append_in_parts_result> client_state::on_append_in_parts(append_in_parts& request) {
  if (closing)
    return append_in_parts_result{.stopped = closed_error()};
  auto worker = self->spawn(parts_appender, untyped_client{self});
  supervise(worker.address());
  return any_caf::delegate(self, worker, std::move(request));
}

caf::result<append_result> client_state::on_set_metadata(set_stream_metadata& message) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_stream_name(message.stream); !fine)
    return to_caf(std::move(fine.error()));
  auto json = to_json(message.metadata);
  if (!json)
    return to_caf(std::move(json.error()));
  append_to_stream append{.stream = metadata_stream(message.stream),
                          .expected = message.expected,
                          .events = {new_event::json("$metadata", std::move(*json))},
                          .options = {std::move(message.options.call)}};
  return on_append(append, policy::observed_operation::set_stream_metadata);
}

caf::result<append_result> client_state::on_set_settings(set_system_settings& message) {
  if (closing)
    return to_caf(closed_error());
  auto json = to_json(message.settings);
  if (!json)
    return to_caf(std::move(json.error()));
  append_to_stream append{.stream = std::string{settings_stream},
                          .expected = message.expected,
                          .events = {new_event::json("$settings", std::move(*json))},
                          .options = {std::move(message.options.call)}};
  return on_append(append, policy::observed_operation::set_system_settings);
}

caf::result<connected> client_state::on_wait_connected(const wait_connected& message) {
  if (closing)
    return to_caf(closed_error());
  if (message.timeout <= std::chrono::milliseconds::zero())
    return to_caf({.code = errc::invalid_argument,
                   .message = "the timeout must be positive",
                   .detail = bad_argument{"timeout", "more than 0 ms"}});
  const auto promise = kept(self->make_response_promise<connected>());
  wait_for_node(promise, policy::time_budget{message.timeout, self->clock().now()});
  return *promise;
}

void client_state::wait_for_node(const connected_promise& waiting, policy::time_budget budget) {
  any_caf::request(self, context->connection->get(), timeout_of(budget.left(self->clock().now())), get_node{})
    .then(
      [waiting](const node_ptr& found) {
        waiting->deliver(connected{found->where, found->features.version});
      },
      [this, waiting, budget](const caf::error& cause) {
        auto known = no_node(*context, cause);
        // The next round: the connection sees to the pause before it.
        const auto may_pass = policy::retry_can_help(known.code) && known.code != errc::deadline_exceeded;
        // Settings and certificates don't change in a moment: who waits would only learn of it at the end of its time.
        if (!closing && may_pass && known.code != errc::tls_failed && !budget.is_over(self->clock().now()))
          wait_for_node(waiting, budget);
        else
          waiting->deliver(to_caf(std::move(known)));
      });
}

// -- about the client -----------------------------------------------------------------------

caf::result<client_status> client_state::on_get_status() {
  if (closing)
    return client_status{.phase = client_phase::closed};
  return any_caf::delegate(self, context->connection->get(), get_status{});
}

caf::result<client_health> client_state::on_get_health() {
  if (closing)
    return health_of({.phase = client_phase::closed});
  const auto promise = kept(self->make_response_promise<client_health>());
  const auto link = context->connection->get();
  any_caf::request(self, link, caf::infinite, get_status{})
    .then(
      [this, promise, link](const client_status& status) {
        promise->deliver(health_of(status));
        if (status.phase == client_phase::idle && status.trouble) // Else only a request would look again, and none may come.
          any_caf::request(self, link, caf::infinite, get_node{.wait = false})
            .then([](const node_ptr&) {}, [](const caf::error&) {});
      },
      [promise](const caf::error& cause) {
        promise->deliver(health_of({.phase = client_phase::connecting, .trouble = reconnecting{.why = error::from(cause)}}));
      });
  return *promise;
}

caf::result<server_info> client_state::on_get_server_info(get_server_info& message) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_call(message.call); !fine)
    return to_caf(std::move(fine.error()));
  const auto promise = kept(self->make_response_promise<server_info>());
  const policy::time_budget budget{deadline_for(parts.settings, message.call), self->clock().now()};
  any_caf::request(self, context->connection->get(), timeout_of(budget.left(self->clock().now())),
                   get_node{message.call.wait_for_node})
    .then(
      [promise](const node_ptr& found) {
        const auto& offers = found->features.offers;
        promise->deliver(server_info{found->where, found->features.version, {offers.begin(), offers.end()}});
      },
      [this, promise](const caf::error& cause) { promise->deliver(to_caf(no_node(*context, cause))); });
  return *promise;
}

caf::behavior client_behavior(caf::stateful_actor<client_state>* self, client_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

result<client_actor> spawn_client(caf::actor_system& system, settings settings) {
  auto log = std::make_shared<const logger>(settings.log, settings.minimum_log_level, settings.on_change);
  auto signals = make_signals(settings);
  return spawn_client(system, std::move(settings), std::move(log), std::move(signals))
    .transform([](const untyped_client& client) { return caf::actor_cast<client_actor>(client); });
}

result<untyped_client> spawn_client(caf::actor_system& system, settings settings, logger_ptr log, signals_ptr signals) {
  if (auto fine = check_system(); !fine)
    return unexpected{std::move(fine.error())};
  if (auto fine = settings.validate(); !fine)
    return unexpected{std::move(fine.error())};
  if (auto fine = rpc::check_tls_files(settings.tls); !fine)
    return unexpected{std::move(fine.error())};
  for (const auto& warning : settings.warnings())
    (*log)(log_level::warning, policy::log_event::setting_warned, warning);
  if (settings.connection_name.empty())
    settings.connection_name = to_string(random_uuid());
  auto engine = rpc::make_engine(settings.max_transport_bytes);
  auto transports = [engine = std::weak_ptr{engine}, settings](const rpc::address& where) -> std::shared_ptr<rpc::transport> {
    return rpc::make_grpc_transport(engine.lock(), where, settings);
  };
  return system.spawn(client_behavior, client_parts{.settings = settings,
                                                    .engine = engine,
                                                    .transports = std::move(transports),
                                                    .look_up = rpc::resolve,
                                                    .log = std::move(log),
                                                    .signals = std::move(signals)});
}

} // namespace kdb::inline v0
