#include <connection.hpp>

#include <caf/send.hpp>

#include <utility>

#include <call_defaults.hpp>
#include <late_sender.hpp>

namespace kdb {

namespace {

constexpr std::string_view features_method = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";

/// Servers without the features service only lack the answer, not the service asked for.
result<wire::server_features> features_of(result<std::vector<std::string>> answers) {
  if (answers)
    return answers->empty() ? wire::server_features{} : wire::decode_server_features(answers->front());
  const auto code = answers.error().code;
  if (code == errc::unsupported)
    return wire::server_features{};
  return tl::unexpected{std::move(answers.error())};
}

/// A discovery that has died is not a client that was closed: the next attempt may find another one.
error without_closed(error why) {
  if (why.code != errc::closed)
    return why;
  return {.code = errc::unavailable, .message = "the discovery has ended", .retry_can_help = true};
}

} // namespace

connection_state::~connection_state() {
  advance(connecting::shut{});
}

connection_actor::behavior_type connection_state::start(settings given, discovery_actor given_discovery,
                                                        transport_factory given_factory, logger_ptr given_log) {
  how = std::move(given);
  discovery = std::move(given_discovery);
  factory = std::move(given_factory);
  log = std::move(given_log);
  machine = connecting::steps{{.max_attempts = how.max_discover_attempts, .interval = how.discovery_interval}};
  return {
    [this](const get_node&) { return get(); },
    [this](node_lost& what) { advance(connecting::lost{what.generation, std::move(what.why)}); },
    [this](node_probed& what) { advance(connecting::probed{what.probe, std::move(what.outcome)}); },
    [this](const wait_elapsed& what) { advance(connecting::waited{what.wait}); },
  };
}

caf::result<node_ptr> connection_state::get() {
  auto promise = self->make_response_promise<node_ptr>();
  waiting.push_back(promise);
  advance(connecting::asked{});
  return promise;
}

void connection_state::advance(connecting::event what) {
  const auto before = machine.now().index();
  auto effects = machine.step(std::move(what));
  if (machine.now().index() != before && log && log->wants(log_level::debug))
    (*log)(log_level::debug, "connection is " + std::string{to_string(machine.now())});
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(std::move(each)); }, effect);
}

void connection_state::perform(connecting::discover what) {
  self->request(discovery, how.gossip_timeout, find_node{what.attempt})
    .then([this](endpoint& where) { advance(connecting::candidate{std::move(where)}); },
          [this](const caf::error& why) { advance(connecting::no_candidate{without_closed(error::from(why))}); });
}

void connection_state::perform(connecting::probe what) {
  auto calls = factory(what.where);
  auto tell = late_sender{self};
  auto done = [tell, calls, what](result<std::vector<std::string>> answers) {
    auto features = features_of(std::move(answers));
    if (features)
      tell(node_probed{what.id, std::make_shared<const node>(node{what.where, what.generation, std::move(*features), calls})});
    else
      tell(node_probed{what.id, tl::unexpected{std::move(features.error())}});
  };
  probing = calls->exchange(features_method, wire::request_kind::read, {std::string{}},
                            {.deadline = how.gossip_timeout, .credentials = credentials_for(how, {})}, std::move(done));
}

void connection_state::perform(connecting::wait what) {
  self->delayed_send(self, what.duration, wait_elapsed{what.id});
}

void connection_state::perform(connecting::answer what) {
  probing.reset();
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(what.current);
}

void connection_state::perform(connecting::refuse what) {
  probing.reset();
  if (log && what.why.code != errc::closed)
    (*log)(log_level::warning, "connection gave up: " + to_string(what.why));
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(to_caf(what.why));
}

connection_actor::behavior_type connection(connection_actor::stateful_pointer<connection_state> self, settings how,
                                           discovery_actor discovery, transport_factory factory, logger_ptr log) {
  return self->state.start(std::move(how), std::move(discovery), std::move(factory), std::move(log));
}

} // namespace kdb
