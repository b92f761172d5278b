// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/client_round.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <caf/actor_ostream.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <kdb/actors.hpp>
#include <kdb/client.hpp>

#include "tests/fixtures/wait.hpp"
#include "tests/hostile/hostile_server.hpp"

namespace kdb::hostile {

namespace {

using namespace std::chrono_literals;
using fixtures::slowness;
using fixtures::soon;

constexpr auto deadline = 300ms * slowness;
const call_options in_time{.deadline = deadline};

/// One use of a client, and what kinds of ends it had.
struct operation {
  const char* name;
  std::function<std::optional<error>(client&, chance&)> run;
};

template <class T>
std::optional<error> end_of(result<T> outcome) {
  return outcome ? std::nullopt : std::optional{std::move(outcome.error())};
}

std::vector<new_event> some_events(chance& any) {
  std::vector<new_event> events;
  for (auto left = 1 + any.below(5); left > 0; --left)
    events.push_back(new_event::json("t", R"({"n":1})"));
  return events;
}

std::optional<error> read_all_of_it(reading all) {
  for (const auto& event : all.events())
    static_cast<void>(event);
  return end_of(all.finish());
}

/// Takes batches for as long as one call may take, then leaves. How long a `next` takes is checked here: what comes may have no end.
template <class Started, class OnBatch>
std::optional<error> follow(result<Started> started, const OnBatch& on_batch) {
  if (!started)
    return std::move(started.error());
  const fixtures::stopwatch all;
  while (all.elapsed() < deadline) {
    auto batch = started->next(50ms);
    if (!batch)
      return std::move(batch.error());
    on_batch(*started, *batch);
  }
  started->cancel();
  return std::nullopt;
}

const std::vector<operation>& operations() {
  const resume_options few{.limit = 3, .span = 1s};
  static const std::vector<operation> all{
    {"append_to_stream",
     [](client& c, chance& any) {
       return end_of(c.append_to_stream("s", stream_state::any, some_events(any), {.call = in_time}));
     }},
    {"append_in_parts",
     [](client& c, chance& any) {
       return c.append_in_parts("s", stream_state::no_stream, some_events(any), {.call = in_time}).stopped;
     }},
    {"append_to_streams",
     [](client& c, chance&) {
       return end_of(c.append_to_streams({{.stream = "s", .records = {{.schema_name = "t", .data = "{}"}}}}, {in_time}));
     }},
    {"append_records",
     [](client& c, chance&) {
       return end_of(c.append_records({{.stream = "s", .record = {.schema_name = "t", .data = "{}"}}}, {}, {in_time}));
     }},
    {"read_stream", [](client& c, chance&) { return read_all_of_it(c.read_stream("s", {.call = in_time})); }},
    {"read_all", [](client& c, chance&) { return read_all_of_it(c.read_all({.direction = backwards, .call = in_time})); }},
    {"read_stream_to_end", [](client& c, chance&) { return end_of(c.read_stream_to_end("s", {.call = in_time}, 4u << 20)); }},
    {"get_commit_position", [](client& c, chance&) { return end_of(c.get_commit_position({.call = in_time})); }},
    {"get_current_version", [](client& c, chance&) { return end_of(c.get_current_version("s", in_time)); }},
    {"get_stream_metadata", [](client& c, chance&) { return end_of(c.get_stream_metadata("s", {in_time})); }},
    {"get_system_settings", [](client& c, chance&) { return end_of(c.get_system_settings({in_time})); }},
    {"delete_stream", [](client& c, chance&) { return end_of(c.delete_stream("s", stream_state::any, {in_time})); }},
    {"tombstone_stream", [](client& c, chance&) { return end_of(c.tombstone_stream("s", stream_state::any, {in_time})); }},
    {"subscribe_to_stream",
     [few](client& c, chance&) {
       return follow(c.subscribe_to_stream("s", {.resume = few, .call = in_time}), [](auto&, auto&) {});
     }},
    {"subscribe_to_all",
     [few](client& c, chance&) { return follow(c.subscribe_to_all({.resume = few, .call = in_time}), [](auto&, auto&) {}); }},
    {"consume",
     [few](client& c, chance&) {
       return follow(c.consume({"s", "g"}, {.resume = few, .call = in_time}),
                     [](consumer& from, const consumer_batch& batch) { static_cast<void>(from.ack(batch)); });
     }},
    {"create_group", [](client& c, chance&) { return end_of(c.create_group("s", "g", {.call = in_time})); }},
    {"change_group",
     [](client& c, chance&) {
       return end_of(c.change_group({"s", "g"}, {.max_retries = 1}, in_time));
     }},
    {"delete_group",
     [](client& c, chance&) {
       return end_of(c.delete_group({"s", "g"}, in_time));
     }},
    {"get_group_info",
     [](client& c, chance&) {
       return end_of(c.get_group_info({"s", "g"}, in_time));
     }},
    {"list_groups", [](client& c, chance&) { return end_of(c.list_groups({}, in_time)); }},
    {"replay_parked",
     [](client& c, chance&) {
       return end_of(c.replay_parked({"s", "g"}, {.call = in_time}));
     }},
    {"create_user", [](client& c, chance&) { return end_of(c.create_user("u", "p", {.call = in_time})); }},
    {"get_user", [](client& c, chance&) { return end_of(c.get_user("u", in_time)); }},
    {"list_users", [](client& c, chance&) { return end_of(c.list_users(in_time)); }},
    {"create_projection", [](client& c, chance&) { return end_of(c.create_projection("p", "fromAll()", {.call = in_time})); }},
    {"get_projection_statistics", [](client& c, chance&) { return end_of(c.get_projection_statistics("p", in_time)); }},
    {"list_projections", [](client& c, chance&) { return end_of(c.list_projections(projection_mode::all, in_time)); }},
    {"get_projection_state", [](client& c, chance&) { return end_of(c.get_projection_state("p", {.call = in_time})); }},
    {"read_gossip", [](client& c, chance&) { return end_of(c.read_gossip(in_time)); }},
    {"server_info", [](client& c, chance&) { return end_of(c.get_server_info(in_time)); }},
    {"wait_connected", [](client& c, chance&) { return end_of(c.wait_connected(deadline)); }}};
  return all;
}

/// What became of the operations, by code.
struct tally {
  std::mutex mutex;
  std::map<std::string, std::map<std::string, std::size_t>> ends;
  void add(const std::string& name, const std::optional<error>& why) {
    std::lock_guard lock{mutex};
    ++ends[name][why ? std::string{to_string(why->code)} : "done"];
  }
};

struct surroundings_of_client {
  watch& watching;
  findings& book;
  tally& all;
  const std::atomic<bool>& over;
  std::chrono::milliseconds grace;
};

void check(const char* name, std::chrono::milliseconds took, std::chrono::milliseconds allowed, const std::optional<error>& why,
           surroundings_of_client& in) {
  in.all.add(name, why);
  if (took > allowed + in.grace)
    in.book.add(std::string{name} + " took " + std::to_string(took.count()) + " ms, and may take " +
                std::to_string(allowed.count()) + ": " + (why ? to_string(*why) : "done"));
  if (why && why->code == errc::internal)
    in.book.add(std::string{name} + " failed with " + to_string(*why));
  if (why && why->message.empty())
    in.book.add(std::string{name} + " failed without a message: " + to_string(*why));
}

void use(client use_it, std::uint64_t seed, surroundings_of_client in) {
  chance any{seed};
  while (!in.over) {
    const auto& one = any.of(operations());
    std::optional<error> why;
    std::chrono::milliseconds took{};
    {
      const watch::guard guard{in.watching, one.name};
      why = one.run(use_it, any);
      took = guard.elapsed();
    }
    // To begin may take one deadline, to follow another.
    check(one.name, took, 2 * deadline, why, in);
  }
}

settings settings_for(const std::vector<std::uint16_t>& ports, chance& any) {
  settings how;
  for (const auto port : ports)
    how.endpoints.push_back({"127.0.0.1", port});
  if (any.one_in(2))
    how.endpoints.resize(1);
  how.discover = any.one_in(4);
  how.tls.enabled = false;
  how.gossip_timeout = 200ms;
  how.max_transport_bytes = 64u << 20;
  how.start_timeout = deadline;
  how.max_discover_attempts = any.one_in(2) ? -1 : 3;
  how.retry = static_cast<std::uint32_t>(any.below(3));
  how.preference = any.one_in(2) ? node_preference::leader : node_preference::random;
  return how;
}

// -- a client among actors ------------------------------------------------------------------

/// Takes what comes, and now and then fails on purpose.
caf::behavior subscriber(caf::event_based_actor* self, std::shared_ptr<std::atomic<std::size_t>> ends, std::uint64_t seed) {
  self->set_exception_handler([](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; }); // CAF's own prints.
  auto any = std::make_shared<chance>(seed);
  return {[any](const event_batch&) {
            if (any->one_in(200))
              throw std::runtime_error{"refused"};
          },
          [any](const consumer_batch&) -> caf::result<batch_outcomes> {
            if (any->one_in(20))
              throw std::runtime_error{"refused"};
            return batch_outcomes::all(any->one_in(4) ? outcome::nack(nack_action::retry) : outcome::ack());
          },
          [ends](const subscription_ended&) { ++*ends; }};
}

template <class Handle, class Request>
void start(caf::scoped_actor& self, const client_actor& whom, const char* name, Request what, std::size_t& started,
           surroundings_of_client& in) {
  const watch::guard guard{in.watching, name};
  std::optional<error> why;
  any_caf::request(self, whom, caf::infinite, std::move(what))
    .receive([&](const Handle&) { ++started; }, [&](const caf::error& failed) { why = error::from(failed); });
  check(name, guard.elapsed(), deadline, why, in);
}

/// Subscriptions that nobody holds: each has to end when the client closes, and to say so once.
void use_actors(const settings& how, std::uint64_t seed, surroundings_of_client in) {
  owned_system system;
  caf::scoped_actor self{system.system()};
  const auto spawned = spawn_client(system.system(), how);
  if (!spawned) {
    in.book.add("no client: " + to_string(spawned.error()));
    return;
  }
  const auto ends = std::make_shared<std::atomic<std::size_t>>(0);
  std::size_t started = 0;
  chance any{seed};
  constexpr std::size_t enough = 24; // Each may hold a few batches of large events.
  while (!in.over && started < enough) {
    const auto receiver = system.system().spawn(subscriber, ends, any.number());
    switch (any.below(3)) {
      case 0:
        start<subscription_actor>(self, *spawned, "actors: subscribe_to_stream",
                                  subscribe_to_stream{.stream = "s", .subscriber = receiver, .options = {.call = in_time}},
                                  started, in);
        break;
      case 1:
        start<subscription_actor>(self, *spawned, "actors: subscribe_to_all",
                                  subscribe_to_all{.subscriber = receiver, .options = {.call = in_time}}, started, in);
        break;
      default:
        start<consumer_actor>(self, *spawned, "actors: consume",
                              consume{.group = {"s", "g"}, .subscriber = receiver, .options = {.call = in_time}}, started, in);
    }
  }
  while (!in.over)
    std::this_thread::sleep_for(20ms);
  {
    const watch::guard guard{in.watching, "actors: close"};
    any_caf::request(self, *spawned, caf::infinite, kdb::close{}).receive([] {}, [](const caf::error&) {});
    check("actors: close", guard.elapsed(), soon, std::nullopt, in);
  }
  // A subscriber that failed has ended, and is told nothing.
  if (*ends > started)
    in.book.add(std::to_string(*ends) + " ends of " + std::to_string(started) + " subscriptions");
}

} // namespace

void run_client_round(const corpus& recorded, std::uint64_t seed, const round_options& how, watch& watching, findings& book) {
  chance any{seed};
  const hostile_server::manners manners{
    .polite = 25 * any.below(4), .polite_at_first = any.one_in(4) ? 50 : 95u, .floods = how.floods};
  std::deque<hostile_server> servers;
  std::vector<std::uint16_t> ports;
  for (auto left = 1 + any.below(3); left > 0; --left) {
    servers.emplace_back(recorded, any.number(), manners);
    ports.push_back(servers.back().port());
  }
  for (auto& each : servers)
    each.set_ports(ports);

  tally all;
  std::atomic<bool> over{false};
  const surroundings_of_client in{watching, book, all, over, how.grace};
  auto used = client::connect(settings_for(ports, any));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(use, *used, any.number(), in);
  threads.emplace_back(use_actors, settings_for(ports, any), any.number(), in);
  std::this_thread::sleep_for(how.duration);
  over = true;
  {
    // With everything still under way.
    const watch::guard guard{watching, "close"};
    used->close();
    if (guard.elapsed() > soon + how.grace)
      book.add("close took " + std::to_string(guard.elapsed().count()) + " ms");
  }
  for (auto& each : threads)
    each.join();
  if (!how.verbose && book.count() == 0)
    return;
  for (const auto& server : servers)
    for (const auto& [name, times] : server.made())
      std::cout << "  " << name << ": " << times << "\n";
  for (const auto& [name, ends] : all.ends) {
    std::cout << "  " << name << ":";
    for (const auto& [code, times] : ends)
      std::cout << ' ' << code << ' ' << times;
    std::cout << "\n";
  }
}

} // namespace kdb::hostile
