// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/discovery.hpp"

#include <caf/send.hpp>

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
  auto done = [tell = late_sender{self}, asker](result<std::vector<cluster_member>> known) {
    tell(member_answered{asker, std::move(known)});
  };
  if (open_.size() == most_open)
    open_.pop_front();
  open_.push_back(
    ask_for_gossip(factory_(members[next_++ % members.size()]), how_.gossip_timeout, *credentials_, std::move(done)));
  return asker;
}

void member_questions::answer(member_answered& what) {
  if (what.members)
    what.asker.deliver(cluster_view{std::move(*what.members)});
  else
    what.asker.deliver(to_caf(std::move(what.members.error())));
}

single_endpoint_self::behavior_type single_endpoint_discovery(single_endpoint_self::stateful_pointer<single_endpoint_state> self,
                                                              settings how, transport_factory factory,
                                                              own_credentials_ptr credentials) {
  const rpc::address only{.where = how.endpoints.front()};
  auto& questions = self->state.questions.emplace(std::move(how), std::move(factory), std::move(credentials));
  return {
    [only](const find_node&) { return only; },
    [self, only, &questions](const ask_another_member& what) { return questions.ask(self, {only}, what.besides); },
    [](member_answered& what) { member_questions::answer(what); },
  };
}

discovery_state::~discovery_state() {
  finish(unexpected({.code = errc::closed, .message = "the discovery has ended"}));
}

discovery_self::behavior_type discovery_state::start(settings given, transport_factory given_factory, name_lookup given_lookup,
                                                     own_credentials_ptr given_credentials) {
  how = std::move(given);
  factory = std::move(given_factory);
  look_up = std::move(given_lookup);
  credentials = std::move(given_credentials);
  questions.emplace(how, factory, credentials);
  return {
    [this](const find_node& what) { return on_find_node(what); },
    [this](const ask_another_member& what) { return on_ask_another(what); },
    [](member_answered& what) { member_questions::answer(what); },
    [this](seed_resolved& what) { on_resolved(what); },
    [this](gossip_answered& what) { on_gossip(what); },
    [this](const seed_slow& what) { on_slow(what); },
  };
}

caf::result<rpc::address> discovery_state::on_find_node(const find_node& what) {
  finish(unexpected({.code = errc::cancelled, .message = "another attempt has begun"}));
  waiting = self->make_response_promise<rpc::address>();
  avoid = what.avoid;
  seeds.clear();
  unresolvable.clear();
  unresolved = how.endpoints.size();
  const auto answer = waiting; // Looking up may answer at once, and end the attempt.
  const auto tell = late_sender{self};
  for (const auto& each : how.endpoints)
    look_up(each.host, [tell, each, number = attempt](result<std::vector<std::string>> found) {
      tell(seed_resolved{number, each, std::move(found)});
    });
  return answer;
}

caf::result<cluster_view> discovery_state::on_ask_another(const ask_another_member& what) {
  auto members = seeds;
  for (const auto& each : known)
    add_new(members, {.where = each});
  return questions->ask(self, std::move(members), what.besides);
}

void discovery_state::on_resolved(seed_resolved& what) {
  if (what.attempt != attempt || unresolved == 0)
    return;
  --unresolved;
  if (!what.addresses)
    unresolvable.push_back(what.addresses.error().message);
  else
    for (auto& host : *what.addresses)
      add_new(seeds, {.where = {std::move(host), what.seed.port}, .server_name = what.seed.host});
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
  round.emplace(endpoints_of(seeds), policy::wish_of(how), avoid, draw);
  advance(round->begin());
}

void discovery_state::on_gossip(gossip_answered& what) {
  if (what.attempt != attempt || !round)
    return;
  if (what.members) {
    known.clear();
    for (const auto& each : *what.members)
      if (policy::is_usable(each) && known.size() < most_known)
        known.push_back(each.where);
  }
  advance(round->answered(what.seed, what.members));
}

void discovery_state::on_slow(const seed_slow& what) {
  if (what.attempt == attempt && round)
    advance(round->seed_is_slow(what.seed));
}

void discovery_state::advance(std::vector<policy::gossip_round::effect> effects) {
  for (const auto& effect : effects)
    std::visit([this](const auto& each) { perform(each); }, effect);
}

void discovery_state::perform(const policy::gossip_round::ask& what) {
  auto done = [tell = late_sender{self}, number = attempt, seed = what.seed](result<std::vector<cluster_member>> members) {
    tell(gossip_answered{number, seed, std::move(members)});
  };
  calls.push_back(ask_for_gossip(factory(seeds[what.seed]), how.gossip_timeout, *credentials, std::move(done)));
}

void discovery_state::perform(const policy::gossip_round::watch& what) {
  self->delayed_send(self, patience, seed_slow{attempt, what.seed});
}

void discovery_state::perform(const policy::gossip_round::found& what) {
  if (what.seed) {
    finish(seeds[*what.seed]);
    return;
  }
  // Clusters that name their members by address have certificates for the names these were found under.
  const auto same = [&](const rpc::address& each) { return each.where == what.where; };
  const auto seed = std::find_if(seeds.begin(), seeds.end(), same);
  finish(seed == seeds.end() ? rpc::address{.where = what.where} : *seed);
}

void discovery_state::perform(const policy::gossip_round::failed& what) {
  finish(unexpected{what.why});
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

discovery_self::behavior_type gossip_discovery(discovery_self::stateful_pointer<discovery_state> self, settings how,
                                               transport_factory factory, name_lookup look_up, own_credentials_ptr credentials) {
  return self->state.start(std::move(how), std::move(factory), std::move(look_up), std::move(credentials));
}

} // namespace kdb::inline v0
