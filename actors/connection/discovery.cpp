// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/discovery.hpp"

#include <algorithm>
#include <utility>

#include "actors/connection/gossip_call.hpp"
#include "actors/runtime/late_sender.hpp"

namespace kdb::inline v0 {

namespace {

/// Seeds of a later attempt: more of them would make it long, and no likelier to succeed.
constexpr std::size_t most_known = 32;

std::vector<endpoint> endpoints_of(const std::vector<rpc::address>& all) {
  std::vector<endpoint> found;
  found.reserve(all.size());
  for (const auto& each : all)
    found.push_back(each.where);
  return found;
}

void add_new(std::vector<rpc::address>& all, rpc::address one) {
  const auto same = [&](const rpc::address& each) { return each.where == one.where; };
  if (std::none_of(all.begin(), all.end(), same))
    all.push_back(std::move(one));
}

} // namespace

template <class Self>
caf::result<cluster_view> member_questions::ask(Self self, std::vector<rpc::address> members, const endpoint& besides) {
  std::erase_if(members, [&](const rpc::address& each) { return each.where == besides; });
  if (members.empty())
    return to_caf({.code = errc::unavailable, .message = "no other member of the cluster is known", .retry_can_help = true});
  auto asker = self->template make_response_promise<cluster_view>();
  const auto number = ++last_question_;
  auto done = [tell = late_sender{self}, number](result<std::vector<cluster_member>> known) {
    tell(member_answered{number, std::move(known)});
  };
  if (open_.size() == most_open) {
    open_.front().asker.deliver(
      to_caf({.code = errc::cancelled, .message = "another member of the cluster is asked instead", .retry_can_help = true}));
    open_.pop_front();
  }
  auto call =
    ask_for_gossip(factory_(members[next_++ % members.size()]), settings_.gossip_timeout, *credentials_, std::move(done));
  open_.push_back({number, asker, std::move(call)});
  return asker;
}

void member_questions::answer(member_answered& message) {
  const auto asked =
    std::find_if(open_.begin(), open_.end(), [&](const question& each) { return each.number == message.question; });
  if (asked == open_.end())
    return;
  if (message.members)
    asked->asker.deliver(cluster_view{std::move(*message.members)});
  else
    asked->asker.deliver(to_caf(std::move(message.members.error())));
  open_.erase(asked);
}

single_endpoint_self::behavior_type single_endpoint_discovery(single_endpoint_self::stateful_pointer<single_endpoint_state> self,
                                                              settings settings, transport_factory factory,
                                                              own_credentials_ptr credentials) {
  const rpc::address only{.where = settings.endpoints.front()};
  auto& questions = any_caf::state_of(self).questions.emplace(std::move(settings), std::move(factory), std::move(credentials));
  return {
    [only](const find_node&) { return only; },
    [self, only, &questions](const ask_another_member& request) { return questions.ask(self, {only}, request.besides); },
    [&questions](member_answered& message) { questions.answer(message); },
  };
}

discovery_state::~discovery_state() {
  finish(unexpected({.code = errc::closed, .message = "the discovery has ended"}));
}

discovery_self::behavior_type discovery_state::start(kdb::settings given, transport_factory given_factory,
                                                     name_lookup given_lookup, own_credentials_ptr given_credentials) {
  settings = std::move(given);
  factory = std::move(given_factory);
  look_up = std::move(given_lookup);
  credentials = std::move(given_credentials);
  questions.emplace(settings, factory, credentials);
  return {
    [this](const find_node& request) { return on_find_node(request); },
    [this](const ask_another_member& request) { return on_ask_another(request); },
    [this](member_answered& message) { questions->answer(message); },
    [this](seed_resolved& message) { on_resolved(message); },
    [this](gossip_answered& message) { on_gossip(message); },
    [this](const seed_slow& message) { on_slow(message); },
  };
}

caf::result<rpc::address> discovery_state::on_find_node(const find_node& request) {
  finish(unexpected({.code = errc::cancelled, .message = "another attempt has begun"}));
  waiting = self->make_response_promise<rpc::address>();
  avoid = request.avoid;
  seeds.clear();
  unresolvable.clear();
  unresolved = settings.endpoints.size();
  const auto answer = waiting; // Looking up may answer at once, and end the attempt.
  const auto tell = late_sender{self};
  for (const auto& each : settings.endpoints)
    look_up(each.host, [tell, each, number = attempt](result<std::vector<std::string>> found) {
      tell(seed_resolved{number, each, std::move(found)});
    });
  return answer;
}

caf::result<cluster_view> discovery_state::on_ask_another(const ask_another_member& request) {
  auto members = seeds;
  for (const auto& each : known)
    add_new(members, {.where = each});
  return questions->ask(self, std::move(members), request.besides);
}

void discovery_state::on_resolved(seed_resolved& message) {
  if (message.attempt != attempt || unresolved == 0)
    return;
  --unresolved;
  if (!message.addresses)
    unresolvable.push_back(message.addresses.error().message);
  else
    for (auto& host : *message.addresses)
      add_new(seeds, {.where = {std::move(host), message.seed.port}, .server_name = message.seed.host});
  if (unresolved == 0)
    begin_round();
}

void discovery_state::begin_round() {
  for (const auto& each : known)
    add_new(seeds, {.where = each});
  if (seeds.empty()) {
    perform(policy::gossip_round::failed{{.code = errc::unavailable,
                                          .message = unresolvable.empty() ? "no seed has an address" : unresolvable.front(),
                                          .retry_can_help = true}});
    return;
  }
  policy::order_seeds(
    seeds, avoid, [](const rpc::address& each) -> const endpoint& { return each.where; }, random);
  const auto draw = std::uniform_real_distribution<double>{}(random);
  round.emplace(endpoints_of(seeds), policy::wish_of(settings), avoid, draw);
  advance(round->begin());
}

void discovery_state::on_gossip(gossip_answered& message) {
  if (message.attempt != attempt || !round)
    return;
  if (message.members) {
    known.clear();
    for (const auto& each : *message.members)
      if (policy::is_usable(each) && known.size() < most_known)
        known.push_back(each.where);
  }
  advance(round->answered(message.seed, message.members));
}

void discovery_state::on_slow(const seed_slow& message) {
  if (message.attempt == attempt && round)
    advance(round->seed_is_slow(message.seed));
}

void discovery_state::advance(std::vector<policy::gossip_round::effect> effects) {
  for (const auto& effect : effects)
    std::visit([this](const auto& each) { perform(each); }, effect);
}

void discovery_state::perform(const policy::gossip_round::ask& effect) {
  auto done = [tell = late_sender{self}, number = attempt, seed = effect.seed](result<std::vector<cluster_member>> members) {
    tell(gossip_answered{number, seed, std::move(members)});
  };
  calls.push_back(ask_for_gossip(factory(seeds[effect.seed]), settings.gossip_timeout, *credentials, std::move(done)));
}

void discovery_state::perform(const policy::gossip_round::watch& effect) {
  any_caf::send_later(self, patience, seed_slow{attempt, effect.seed});
}

void discovery_state::perform(const policy::gossip_round::found& effect) {
  if (effect.seed) {
    finish(seeds[*effect.seed]);
    return;
  }
  // Clusters that name their members by address have certificates for the names these were found under.
  const auto same = [&](const rpc::address& each) { return each.where == effect.where; };
  const auto seed = std::find_if(seeds.begin(), seeds.end(), same);
  finish(seed == seeds.end() ? rpc::address{.where = effect.where} : *seed);
}

void discovery_state::perform(const policy::gossip_round::failed& effect) {
  finish(unexpected{effect.cause});
}

void discovery_state::finish(result<rpc::address> outcome) {
  ++attempt;
  calls.clear();
  round.reset();
  if (!waiting.pending())
    return;
  if (outcome)
    waiting.deliver(std::move(*outcome));
  else
    waiting.deliver(to_caf(std::move(outcome.error())));
}

discovery_self::behavior_type gossip_discovery(discovery_self::stateful_pointer<discovery_state> self, settings settings,
                                               transport_factory factory, name_lookup look_up, own_credentials_ptr credentials) {
  return any_caf::state_of(self).start(std::move(settings), std::move(factory), std::move(look_up), std::move(credentials));
}

} // namespace kdb::inline v0
