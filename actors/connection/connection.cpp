// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/connection.hpp"

#include <utility>

#include "actors/connection/gossip_call.hpp"
#include "actors/runtime/late_sender.hpp"
#include "actors/workers/call_defaults.hpp"
#include "libkdb/rpc/grpc_transport.hpp"

namespace kdb::inline v0 {

namespace {

constexpr std::string_view features_method = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";

/// Servers without the features service only lack the answer, not the service asked for.
result<wire::server_features> features_of(result<std::vector<std::string>> answers) {
  if (answers)
    return answers->empty() ? wire::server_features{} : wire::decode_server_features(answers->front());
  const auto code = answers.error().code;
  if (code == errc::unsupported)
    return wire::server_features{};
  return unexpected{std::move(answers.error())};
}

/// A discovery that has died is not a client that was closed: the next attempt may find another one.
error without_closed(error cause) {
  if (cause.code != errc::closed)
    return cause;
  return {.code = errc::unavailable, .message = "the discovery has ended", .retry_can_help = true};
}

/// One endpoint is used as it is; gossip has chosen from several.
policy::node_wish wish_for(const settings& config) {
  return uses_gossip(config) ? policy::wish_of(config) : policy::node_wish{node_preference::random, false};
}

client_phase phase_of(const connecting::phase& now) {
  if (std::holds_alternative<connecting::idle>(now))
    return client_phase::idle;
  if (std::holds_alternative<connecting::in_use>(now))
    return client_phase::connected;
  return std::holds_alternative<connecting::closed>(now) ? client_phase::closed : client_phase::connecting;
}

} // namespace

connection_state::~connection_state() {
  // Still open: it was not told to end, so it has died of a bug, and another one takes its place.
  advance(connecting::shut{
    {.code = errc::unavailable, .message = "the connection failed with an internal error", .retry_can_help = true}});
}

connection_self::behavior_type connection_state::start(connection_parts given) {
  parts = std::move(given);
  machine = connecting::steps{{.max_attempts = parts.settings.max_discover_attempts,
                               .interval = parts.settings.discovery_interval,
                               .wish = wish_for(parts.settings),
                               .draw = [this] { return std::uniform_real_distribution<double>{}(random); },
                               .first_generation = (std::uint64_t{parts.predecessors} << 32) + 1}};
  connections_level = make_level(parts.signals, policy::metric_id::connections);
  calls_level = make_level(parts.signals, policy::metric_id::calls);
  held_level = make_level(parts.signals, policy::metric_id::transport_bytes);
  if (parts.relieve)
    look_after_engine();
  return any_caf::behavior_with_exit<connection_self::behavior_type>(
    self,
    [this](caf::exit_msg& message) {
      advance(connecting::shut{});
      self->quit(std::move(message.reason));
    },
    [this](const get_node& request) { return on_get_node(request); }, [this](const get_status&) { return status(); },
    [this](call_failed& message) {
      note_if_refused(message.cause);
      advance(connecting::failed{message.generation, std::move(message.cause), message.unanswered});
    },
    [this](node_probed& message) {
      if (!message.outcome)
        note_if_refused(message.outcome.error());
      advance(connecting::probed{message.probe, std::move(message.outcome)});
    },
    [this](node_checked& message) {
      if (!message.members)
        note_if_refused(message.members.error());
      advance(connecting::checked{message.generation, std::move(message.members)});
    },
    [this](const wait_elapsed& message) { advance(connecting::waited{message.wait}); },
    [this](relief_due) { look_after_engine(); });
}

caf::result<node_ptr> connection_state::on_get_node(const get_node& request) {
  auto promise = self->make_response_promise<node_ptr>();
  waiting.push_back(promise);
  advance(connecting::asked{});
  if (!request.wait && !waiting.empty()) { // Not answered yet.
    waiting.pop_back();
    promise.deliver(to_caf({.code = errc::unavailable,
                            .message = "no node is known at the moment; the client is looking for one",
                            .retry_can_help = true}));
  }
  return promise;
}

client_status connection_state::status() const {
  client_status now{.phase = phase_of(machine.now())};
  if (const auto* used = std::get_if<connecting::in_use>(&machine.now())) {
    const auto load = used->current->calls->load();
    now.node = connected{used->current->where, used->current->features.version};
    now.connections = load.connections;
    now.streams = load.streams;
  } else {
    now.trouble = trouble;
  }
  return now;
}

void connection_state::advance(connecting::event event) {
  const auto before = machine.now().index();
  auto effects = machine.step(std::move(event));
  if (machine.now().index() != before && parts.log && parts.log->wants(log_level::debug)) {
    std::string phase{to_string(machine.now())};
    (*parts.log)(log_level::debug, policy::log_event::phase_changed, "connection is " + phase, {{"kurrentdb.phase", phase}});
  }
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(std::move(each)); }, effect);
}

void connection_state::look_after_engine() {
  const auto given_up = parts.relieve();
  if (const auto* used = std::get_if<connecting::in_use>(&machine.now()); used && given_up)
    advance(connecting::failed{used->current->generation, rpc::given_up()});
  listen_to_node();
  report_load();
  any_caf::send_later(self, rpc::relief_interval, relief_due{});
}

void connection_state::listen_to_node() {
  if (!listened_to)
    return;
  const auto now = self->clock().now();
  auto& quiet = listened_to->quiet;
  quiet.note(listened_to->calls->take_activity(), now);
  if (parts.settings.silence_timeout && quiet.duration(now) >= *parts.settings.silence_timeout)
    advance(connecting::silent{listened_to->generation});
}

void connection_state::report_load() {
  if (!parts.signals)
    return;
  const auto* used = std::get_if<connecting::in_use>(&machine.now());
  const auto load = used ? used->current->calls->load() : rpc::transport_load{};
  connections_level.set(static_cast<double>(load.connections));
  calls_level.set(static_cast<double>(load.streams));
  held_level.set(static_cast<double>(load.bytes));
}

void connection_state::note_if_refused(const error& cause) {
  if (cause.code == errc::unauthenticated && parts.keeper)
    any_caf::send(self, parts.keeper, credentials_refused{});
}

void connection_state::perform(connecting::discover effect) {
  count(parts.signals, policy::metric_id::attempts);
  if (!parts.keeper) {
    look_for_node(std::move(effect));
    return;
  }
  // It answers in any case, after half a minute if its provider does not.
  any_caf::request(self, parts.keeper, caf::infinite, await_credentials{})
    .then([this, effect] { look_for_node(effect); },
          [this](const caf::error& cause) { advance(connecting::no_candidate{without_closed(error::from(cause))}); });
}

void connection_state::look_for_node(connecting::discover effect) {
  // Looking names up and asking seeds have limits of their own; this one is for a system's resolver that hangs.
  any_caf::request(self, parts.discovery, 2 * parts.settings.gossip_timeout, find_node{effect.attempt, std::move(effect.avoid)})
    .then([this](rpc::address& where) { advance(connecting::candidate{std::move(where)}); },
          [this](const caf::error& cause) {
            auto known = without_closed(error::from(cause));
            note_if_refused(known);
            advance(connecting::no_candidate{std::move(known)});
          });
}

void connection_state::perform(connecting::probe effect) {
  auto calls = parts.transports(effect.where);
  listened_to = {effect.generation, calls};
  auto tell = late_sender{self};
  auto done = [tell, calls, effect](result<std::vector<std::string>> answers) {
    auto features = features_of(std::move(answers));
    if (features)
      tell(node_probed{effect.id,
                       std::make_shared<const node>(node{effect.where.where, effect.generation, std::move(*features), calls})});
    else
      tell(node_probed{effect.id, unexpected{std::move(features.error())}});
  };
  probing =
    calls->exchange(features_method, wire::request_kind::read, {std::string{}},
                    {.deadline = parts.settings.gossip_timeout, .credentials = parts.credentials->for_call({})}, std::move(done));
}

void connection_state::perform(connecting::wait effect) {
  any_caf::send_later(self, effect.duration, wait_elapsed{effect.id});
}

void connection_state::perform(connecting::check effect) {
  auto done = [tell = late_sender{self}, generation = effect.current->generation](result<std::vector<cluster_member>> members) {
    tell(node_checked{generation, std::move(members)});
  };
  checking = ask_for_gossip(effect.current->calls, parts.settings.gossip_timeout, *parts.credentials, std::move(done));
}

void connection_state::perform(const connecting::ask_another& effect) {
  any_caf::request(self, parts.discovery, caf::infinite, ask_another_member{effect.besides})
    .then(
      [this, asked = effect.generation](cluster_view& seen) {
        advance(connecting::others_answered{asked, std::move(seen.members)});
      },
      [this, asked = effect.generation](const caf::error& cause) {
        advance(connecting::others_answered{asked, unexpected{error::from(cause)}});
      });
}

void connection_state::perform(const connecting::abandon& effect) {
  if (listened_to)
    listened_to->calls->abandon(effect.message);
}

void connection_state::perform(connecting::answer effect) {
  probing.reset();
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(effect.current);
}

void connection_state::perform(connecting::refuse effect) {
  probing.reset();
  checking.reset();
  if (effect.cause.code != errc::closed)
    if (const auto level = rounds.failed(log_level::warning); parts.log && parts.log->wants(level))
      (*parts.log)(level, policy::log_event::gave_up, "connection gave up: " + to_string(effect.cause),
                   {policy::cause_field(effect.cause)});
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(to_caf(effect.cause));
}

/// One line when an incident begins, one when it is over; what happens between them is for the level debug.
void connection_state::log_change(const connection_change& change) {
  const auto goes_on = trouble && std::holds_alternative<reconnecting>(change);
  const auto level = goes_on ? log_level::debug : log_level::info;
  const auto is_over = std::holds_alternative<connected>(change);
  if (is_over)
    rounds.over();
  const auto attempts = is_over ? std::exchange(failed_attempts, 0u) : 0u;
  if (!parts.log || !parts.log->wants(level))
    return;
  auto [event, fields] = policy::to_log(change, attempts);
  (*parts.log)(level, event, to_string(change) + after_failed_attempts(attempts), std::move(fields));
}

void connection_state::perform(connecting::announce effect) {
  log_change(effect.change);
  trouble.reset();
  if (const auto* again = std::get_if<reconnecting>(&effect.change)) {
    trouble = *again;
    failed_attempts += again->attempt > 0;
    const auto id = again->attempt == 0 ? policy::metric_id::reconnects : policy::metric_id::failed_attempts;
    count(parts.signals, id, 1, std::uint8_t{}, again->why.code);
  }
  if (parts.announce)
    parts.announce(effect.change);
}

connection_self::behavior_type connection(connection_self::stateful_pointer<connection_state> self, connection_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

} // namespace kdb::inline v0
