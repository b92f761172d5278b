// SPDX-License-Identifier: Apache-2.0
#include "kdb/devcluster.hpp"

#include "devnode/cluster/membership.hpp"
#include "devnode/rpc/server.hpp"
#include "devnode/security/users.hpp"
#include "devnode/services/errors.hpp"
#include "devnode/services/node.hpp"
#include "devnode/services/persistent/groups.hpp"
#include "devnode/services/projections/lag.hpp"
#include "devnode/services/projections/managed_projections.hpp"
#include "devnode/services/table.hpp"
#include "devnode/tls/setup.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace kdb::inline v0 {
namespace {

using namespace development;
using clock = std::chrono::steady_clock;

/// A node while it runs: its services on its events, behind a port that clients don't know.
class running_node {
public:
  running_node(const devnode_options& options, const std::optional<rpc::encryption>& encryption, store& events,
               std::mutex& shared, std::uint16_t public_port)
    : node_{.options = options, .events = events, .live = live_, .settled = settled_, .durable = durable_}, live_{events},
      settled_{events, seen_by::projections}, durable_{events} {
    node_.port = public_port;
    server_.share(shared);
    add_services(server_, node_);
    server_.encrypt(encryption);
    if (!server_.start(0))
      throw std::runtime_error{"development cluster: no port is free"};
    lag_.emplace(events, server_.on(), options.projection_lag);
    thread_ = std::thread{[this] { server_.run(); }};
  }

  /// Ends its calls. The caller does not hold the shared lock.
  ~running_node() {
    server_.stop(end_, grace_);
    thread_.join();
    node_.events.on_commit(seen_by::readers, nullptr);
    node_.events.on_commit(seen_by::projections, nullptr);
    node_.events.settle_with(nullptr);
  }

  running_node(const running_node&) = delete;
  running_node& operator=(const running_node&) = delete;

  std::uint16_t port() const { return server_.port(); }
  node& services() { return node_; }
  rpc::server& server() { return server_; }

  /// How the calls end that are open when it is destroyed, and how long that may take. Otherwise they are cancelled at once.
  void end_with(rpc::status end) {
    end_ = std::move(end);
    grace_ = std::chrono::milliseconds{500};
  }

  void run_projections(bool wanted) {
    if (wanted && !projections_)
      projections_ = std::make_unique<managed_projections>(node_.events, settled_, server_.on());
    else if (!wanted)
      projections_.reset();
    node_.projections = projections_.get();
  }

  /// Consumers of a node that does not lead any more are dropped.
  void run_groups(bool wanted) {
    if (wanted && !groups_)
      groups_ = std::make_unique<persistent_groups>(node_.events, live_, server_.on());
    else if (!wanted)
      groups_.reset();
    node_.groups = groups_.get();
  }

  /// Nothing happens by itself any more.
  void quiet() {
    run_projections(false);
    lag_->stop();
    if (groups_)
      groups_->stop();
  }

private:
  node node_;
  followers live_;
  followers settled_;
  durability durable_;
  rpc::server server_;
  std::optional<projection_lag> lag_;
  std::unique_ptr<managed_projections> projections_;
  std::unique_ptr<persistent_groups> groups_;
  rpc::status end_ = errors::handler_exception();
  std::chrono::milliseconds grace_{0};
  std::thread thread_;
};

struct member {
  std::unique_ptr<tcp_proxy> network;
  std::unique_ptr<store> events;
  std::unique_ptr<running_node> process;
  uuid instance_id = random_uuid();
  bool has_all = false;   // its events are the leader's, as the last look at it said
  bool reachable = false; // clients can connect
  bool drain_begun = false;
  std::optional<std::size_t> take_back_to{}; // so many events are the leader's as well: it has others, and ends for it
};

} // namespace

// Two locks: `acting` is held by whoever starts and stops nodes, for as long as that takes. `shared` is held by whoever works on what the nodes share,
// the nodes' own threads among them; it is taken second, and not while threads are waited for.
struct devcluster::impl {
  explicit impl(devcluster_options wanted);
  ~impl() { stop(); }

  // -- time ---

  std::chrono::milliseconds now() const { return std::chrono::floor<std::chrono::milliseconds>(clock::now() - began); }

  void keep_time();
  void pass_time();

  // -- with `acting` held ---

  template <class Change>
  void act(Change change);
  void launch(std::size_t node);
  std::unique_ptr<store> empty_store(std::size_t node);
  void open_those_that_are_up();
  void bury(std::size_t node);
  void bury_the_dead();
  void part();
  void stop();

  // -- with `shared` held ---

  void measure();
  void let_happen(std::chrono::milliseconds until);
  void arrange();
  void place(std::size_t node);
  static void keep_apart(node& services);
  bool bring_up_to_date(std::size_t node);
  void copy_to_followers(std::size_t from, const commit& written);
  std::vector<gossiped_member> gossip(std::size_t node) const;
  std::uint64_t gossip_reads = 0;
  bool steady() const;
  std::int64_t wire_time(std::chrono::milliseconds at) const { return began_ticks + at.count() * 10'000; }

  member& at(std::size_t node) {
    if (node >= members.size())
      throw std::out_of_range{"the cluster has no node " + std::to_string(node)};
    return members[node];
  }

  devcluster_options options;
  const std::optional<rpc::encryption> encryption = tls::prepare(options.node);
  const clock::time_point began = clock::now();
  const std::int64_t began_ticks = system_ticks();
  membership roles;
  std::vector<member> members;
  bool stopped = false;
  mutable std::mutex acting;
  mutable std::mutex shared;
  mutable std::condition_variable changed; // what is due, or what is so
  bool stop_time = false;
  std::thread time;
};

devcluster::impl::impl(devcluster_options wanted)
  : options{std::move(wanted)}, roles{{.voters = options.nodes,
                                       .read_only = options.read_only_replicas,
                                       .election = options.election,
                                       .drain = options.drain,
                                       .cold_start = options.cold_start}},
    members(options.nodes + options.read_only_replicas) {
  if (options.nodes == 0)
    throw std::runtime_error{"development cluster: it needs a node"};
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto port = options.port == 0 ? 0 : options.port + static_cast<int>(i);
    members[i].network = std::make_unique<tcp_proxy>(std::uint16_t{0}, static_cast<std::uint16_t>(port));
    members[i].network->refuse();
  }
  for (std::size_t i = 0; i < members.size(); ++i)
    launch(i);
  {
    std::lock_guard lock{shared};
    arrange();
  }
  open_those_that_are_up();
  time = std::thread{[this] { keep_time(); }};
}

// -- time ----------------------------------------------------------------------------------------------------------

void devcluster::impl::keep_time() {
  for (;;) {
    {
      std::unique_lock lock{shared};
      if (stop_time)
        return;
      auto due = roles.next_due();
      auto until = due ? began + *due : clock::now() + std::chrono::hours{1};
      if (clock::now() < until) {
        changed.wait_until(lock, until);
        continue;
      }
    }
    pass_time();
  }
}

void devcluster::impl::pass_time() {
  std::lock_guard lock{acting};
  if (!stopped)
    act([](membership&, std::chrono::milliseconds) {});
}

// -- nodes ---------------------------------------------------------------------------------------------------------

// Changes who does what, and has the nodes know. Those that have ended are buried afterwards.
template <class Change>
void devcluster::impl::act(Change change) {
  {
    std::lock_guard lock{shared};
    const auto at = now();
    let_happen(at);
    change(roles, at);
    arrange();
  }
  changed.notify_all();
  bury_the_dead();
  open_those_that_are_up();
}

std::unique_ptr<store> devcluster::impl::empty_store(std::size_t node) {
  auto events = std::make_unique<store>(store::copy{});
  events->keep_with([this, node](const commit& written) { copy_to_followers(node, written); });
  return events;
}

void devcluster::impl::launch(std::size_t node) {
  auto& started = members[node];
  auto fresh = started.events ? nullptr : empty_store(node);
  auto process =
    std::make_unique<running_node>(options.node, encryption, fresh ? *fresh : *started.events, shared, started.network->port());
  std::lock_guard lock{shared};
  if (fresh)
    started.events = std::move(fresh);
  started.process = std::move(process);
  started.instance_id = random_uuid();
  started.reachable = started.has_all = started.drain_begun = false;
  started.take_back_to.reset();
  auto& services = started.process->services();
  services.instance_id = started.instance_id;
  services.place.state = node_state::initializing;
  services.cluster = {.gossip =
                        [this, node] {
                          ++gossip_reads;
                          return gossip(node);
                        },
                      .resign =
                        [this, node] {
                          const auto at = now();
                          let_happen(at);
                          roles.resign(node, at);
                          arrange();
                          changed.notify_all();
                        },
                      .set_priority = [this, node](int priority) { roles.set_priority(node, priority); }};
}

// Not before the node knows its place, and has done what a server does before it listens.
void devcluster::impl::open_those_that_are_up() {
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& each = members[i];
    {
      std::lock_guard lock{shared};
      if (!each.process || each.reachable || roles.state(i) == node_state::initializing)
        continue;
    }
    each.reachable = true;
    each.network->retarget(each.process->port());
    each.network->accept_again();
  }
}

// A node whose role has ended loses its process, and its events unless they are kept. Those that the leader has not are taken back.
void devcluster::impl::bury(std::size_t node) {
  auto& dead = members[node];
  dead.network->refuse();
  dead.network->retarget(0);
  {
    std::lock_guard lock{shared};
    dead.process->server().on().thaw();
    dead.process->quiet();
  }
  // What a node says at its orderly end still arrives.
  if (!dead.drain_begun)
    dead.network->cut();
  dead.network->resume();
  std::unique_lock lock{shared};
  auto process = std::move(dead.process);
  lock.unlock();
  process.reset();
  lock.lock();
  if (!options.keeps_events) {
    dead.events.reset();
  } else if (dead.take_back_to) {
    const auto all = std::exchange(dead.events, empty_store(node));
    dead.events->adopt(all->events(), {0, *dead.take_back_to});
  }
}

void devcluster::impl::bury_the_dead() {
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::unique_lock lock{shared};
    const auto is_dead = members[i].process && !roles.running(i);
    lock.unlock();
    if (is_dead)
      bury(i);
  }
}

// They end one after the other, while clients may still write: from now on no node works on what belongs to another one.
void devcluster::impl::part() {
  std::lock_guard lock{shared};
  for (auto& each : members) {
    each.has_all = false;
    if (each.process)
      keep_apart(each.process->services());
  }
}

void devcluster::impl::stop() {
  {
    std::lock_guard lock{acting};
    if (std::exchange(stopped, true))
      return;
    std::lock_guard inner{shared};
    stop_time = true;
  }
  changed.notify_all();
  if (time.joinable())
    time.join();
  std::lock_guard lock{acting};
  part();
  for (auto& each : members) {
    if (!each.process)
      continue;
    each.network->refuse();
    each.network->resume();
    each.process->end_with(errors::shutting_down(1));
    {
      std::lock_guard inner{shared};
      each.process->server().on().thaw();
      each.process->quiet();
    }
    each.process.reset();
  }
}

// -- roles ---------------------------------------------------------------------------------------------------------

// One thing after the other: what follows may need what was copied then.
void devcluster::impl::let_happen(std::chrono::milliseconds until) {
  for (auto due = roles.next_due(); due && *due <= until; due = roles.next_due()) {
    measure();
    roles.advance(*due);
    arrange();
  }
  measure();
}

// Has every node be what its role says.
void devcluster::impl::arrange() {
  if (stop_time)
    return;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].process)
      place(i);
  bool lost = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& each = members[i];
    const auto follows = each.process && roles.running(i) && roles.synchronized(i);
    each.has_all = follows && (each.has_all || bring_up_to_date(i));
    if (each.has_all)
      roles.has_log_of_leader(i);
    lost = lost || (follows && each.take_back_to);
  }
  if (!lost)
    return;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].take_back_to && roles.running(i))
      roles.kill(i, roles.now());
  arrange();
}

void devcluster::impl::measure() {
  for (std::size_t i = 0; i < members.size(); ++i)
    roles.set_log_size(i, members[i].events ? members[i].events->events().size() : 0);
}

void devcluster::impl::keep_apart(node& services) {
  services.leading_log = nullptr;
  services.place.forwards = false;
}

void devcluster::impl::place(std::size_t node) {
  auto& placed = members[node];
  auto& services = placed.process->services();
  if (!roles.running(node)) { // Its end is near, and that of the logs it knows may be, too.
    keep_apart(services);
    return;
  }
  auto leader = roles.leader();
  auto named = roles.known_leader(node).value_or(node);
  bool leads = leader == node;
  services.place = {.state = roles.state(node),
                    .leader = {"127.0.0.1", members[named].network->port(), to_string(members[named].instance_id)},
                    .forwards = leads ? roles.commits() : roles.forwards(node),
                    .draining = roles.draining(node),
                    .retry_seconds = 1,
                    .forwarding_timeout = options.forwarding_timeout};
  services.leading_log = leader && !leads && members[*leader].events ? members[*leader].events.get() : nullptr;
  if (leads && placed.events->events().size() == 0) {
    placed.events->write_first();
    if (services.access.authenticates())
      users{*placed.events}.add_defaults();
  }
  placed.process->run_projections(options.node.projections && leads && !roles.hanging(node));
  placed.process->run_groups(leads);
  if (services.place.draining && !std::exchange(placed.drain_begun, true))
    placed.process->server().drain(errors::shutting_down(1));
}

// What the node lacks of the leader's log comes at once. A node that has something else there has to end, as a server does that would have to
// take back what it said. False if it has to, and while nobody leads.
bool devcluster::impl::bring_up_to_date(std::size_t node) {
  auto leader = roles.leader();
  if (!leader || *leader == node)
    return leader.has_value();
  auto& from = members[*leader].events->events();
  auto& into = *members[node].events;
  const auto held = into.events().size();
  std::size_t common = 0;
  while (common < std::min(held, from.size()) && into.events()[common].id == from[common].id &&
         into.events()[common].position == from[common].position)
    ++common;
  if (common == held)
    into.adopt(from, {held, from.size()});
  else
    members[node].take_back_to = common;
  return common == held;
}

void devcluster::impl::copy_to_followers(std::size_t from, const commit& written) {
  for (std::size_t i = 0; i < members.size(); ++i)
    if (i != from && members[i].has_all && !roles.hanging(i))
      members[i].events->adopt(members[from].events->events(), written);
  members[from].events->publish(written.end);
}

std::vector<gossiped_member> devcluster::impl::gossip(std::size_t node) const {
  std::vector<gossiped_member> all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto& seen = roles.gossip(node)[i];
    auto stamp = i == node ? system_ticks() : wire_time(seen.seen);
    all.push_back({members[i].instance_id, stamp, seen.state, seen.alive, members[i].network->port()});
  }
  // As a server lists them.
  std::ranges::sort(all, std::greater{}, &gossiped_member::port);
  return all;
}

bool devcluster::impl::steady() const {
  auto leader = roles.leader();
  if (!leader || roles.hanging(*leader))
    return false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!roles.running(i) || roles.hanging(i))
      continue;
    auto state = roles.state(i);
    auto expected = i == *leader ? node_state::leader : roles.votes(i) ? node_state::follower : node_state::read_only_replica;
    if (state != expected || !roles.synchronized(i) || roles.known_leader(i) != leader)
      return false;
    for (std::size_t j = 0; j < members.size(); ++j) {
      auto& seen = roles.gossip(i)[j];
      bool reached = roles.running(j) && !roles.hanging(j);
      if (seen.alive != reached || (reached && seen.state != roles.state(j)))
        return false;
    }
  }
  return true;
}

// -- the cluster ---------------------------------------------------------------------------------------------------

devcluster::devcluster(devcluster_options options) : impl_{std::make_unique<impl>(std::move(options))} {}

devcluster::~devcluster() = default;

std::size_t devcluster::size() const {
  return impl_->members.size();
}

std::uint16_t devcluster::port(std::size_t node) const {
  return impl_->at(node).network->port();
}

std::string devcluster::connection_string() const {
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < size(); ++i)
    ports.push_back(port(i));
  return tls::connection_string(impl_->options.node, ports);
}

tcp_proxy& devcluster::network(std::size_t node) {
  return *impl_->at(node).network;
}

void devcluster::kill(std::size_t node) {
  auto& victim = impl_->at(node);
  std::lock_guard lock{impl_->acting};
  if (!victim.process)
    return;
  victim.network->refuse();
  victim.network->cut();
  {
    std::lock_guard inner{impl_->shared};
    victim.drain_begun = false;
  }
  impl_->act([&](membership& roles, std::chrono::milliseconds now) { roles.kill(node, now); });
}

void devcluster::start(std::size_t node) {
  auto& wanted = impl_->at(node);
  std::lock_guard lock{impl_->acting};
  if (wanted.process || impl_->stopped)
    return;
  impl_->launch(node);
  impl_->act([&](membership& roles, std::chrono::milliseconds now) { roles.start(node, now); });
}

void devcluster::hang(std::size_t node) {
  auto& frozen = impl_->at(node);
  std::lock_guard lock{impl_->acting};
  if (!frozen.process)
    return;
  impl_->act([&](membership& roles, std::chrono::milliseconds now) {
    roles.hang(node, now);
    frozen.process->server().on().freeze();
  });
  frozen.network->stall();
}

void devcluster::thaw(std::size_t node) {
  auto& frozen = impl_->at(node);
  std::lock_guard lock{impl_->acting};
  if (!frozen.process)
    return;
  impl_->act([&](membership& roles, std::chrono::milliseconds now) {
    roles.thaw(node, now);
    frozen.process->server().on().thaw();
  });
  frozen.network->resume();
}

void devcluster::drain(std::size_t node) {
  auto& leaving = impl_->at(node);
  std::lock_guard lock{impl_->acting};
  if (!leaving.process)
    return;
  leaving.network->refuse();
  leaving.process->end_with(errors::handler_exception());
  impl_->act([&](membership& roles, std::chrono::milliseconds now) { roles.drain(node, now); });
}

bool devcluster::resign(std::size_t node) {
  impl_->at(node);
  std::lock_guard lock{impl_->acting};
  bool did = false;
  impl_->act([&](membership& roles, std::chrono::milliseconds now) { did = roles.resign(node, now); });
  return did;
}

void devcluster::leaderless() {
  std::lock_guard lock{impl_->acting};
  impl_->act([](membership& roles, std::chrono::milliseconds now) { roles.leaderless(now); });
}

void devcluster::elect() {
  std::lock_guard lock{impl_->acting};
  impl_->act([](membership& roles, std::chrono::milliseconds now) { roles.elect(now); });
}

void devcluster::set_priority(std::size_t node, int priority) {
  impl_->at(node);
  std::lock_guard lock{impl_->shared};
  impl_->roles.set_priority(node, priority);
}

std::optional<std::size_t> devcluster::leader() const {
  std::lock_guard lock{impl_->shared};
  return impl_->roles.leader();
}

std::string devcluster::state(std::size_t node) const {
  impl_->at(node);
  std::lock_guard lock{impl_->shared};
  return impl_->roles.running(node) ? std::string{name_of(impl_->roles.state(node))} : std::string{};
}

bool devcluster::caught_up(std::size_t node) const {
  impl_->at(node);
  std::lock_guard lock{impl_->shared};
  return impl_->members[node].has_all;
}

bool devcluster::steady() const {
  std::lock_guard lock{impl_->shared};
  return impl_->steady();
}

bool devcluster::wait_until_steady(std::chrono::milliseconds at_most) const {
  std::unique_lock lock{impl_->shared};
  return impl_->changed.wait_for(lock, at_most, [this] { return impl_->steady(); });
}

std::uint64_t devcluster::gossip_reads() const {
  std::lock_guard lock{impl_->shared};
  return impl_->gossip_reads;
}

void devcluster::stop() {
  impl_->stop();
}

} // namespace kdb::inline v0
