// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/consuming.hpp"

#include <algorithm>
#include <stdexcept>

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>

#include "tests/fixtures/wait.hpp"

namespace kdb::chaos {

using namespace std::chrono_literals;

batch_outcomes consumed_group::handle(const consumer_batch& batch) {
  std::lock_guard lock{mutex_};
  if (happens(2))
    throw std::runtime_error{"chaos"};
  if (happens(3))
    return {};
  batch_outcomes outcomes;
  for (const auto& each : batch)
    outcomes.each.push_back(fate_of(each.event));
  return outcomes;
}

outcome consumed_group::handle(const resolved_event& event) {
  std::lock_guard lock{mutex_};
  if (happens(2))
    throw std::runtime_error{"chaos"};
  return fate_of(event);
}

outcome consumed_group::fate_of(const resolved_event& event) {
  if (event.stream() != name_.stream)
    book_.finding("a consumer of " + to_string(name_) + " got an event of " + std::string{event.stream()});
  seen_.insert(event.id());
  if (happens(4))
    return outcome::nack(nack_action::park, "chaos");
  if (happens(6))
    return outcome::nack(nack_action::retry, "chaos");
  acknowledged_.insert(event.id());
  return outcome::ack();
}

void consumed_group::be_calm() {
  std::lock_guard lock{mutex_};
  calm_ = true;
}

void consumed_group::ended(const subscription_ended& how) {
  if (how.reason != end_reason::closed && how.reason != end_reason::cancelled)
    book_.finding("a consumer of " + to_string(name_) + " ended by itself: " + to_string(how));
}

std::size_t consumed_group::acknowledged() const {
  std::lock_guard lock{mutex_};
  return acknowledged_.size();
}

std::vector<uuid> consumed_group::parked(client& db) const {
  const read_stream_options how{.resolve_links = true, .call = {.deadline = 20s, .retry = 10}};
  const auto all = db.read_stream_to_end("$persistentsubscription-" + to_string(name_) + "-parked", how);
  std::vector<uuid> ids;
  if (!all && all.error().code != errc::stream_not_found)
    throw std::runtime_error{"reading what is parked: " + to_string(all.error())};
  if (all)
    for (const auto& event : *all)
      ids.push_back(event.id());
  return ids;
}

std::size_t consumed_group::missing(const std::vector<uuid>& events, const std::vector<uuid>& parked) const {
  const std::set<uuid> aside{parked.begin(), parked.end()};
  std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(
    std::ranges::count_if(events, [&](const uuid& id) { return !acknowledged_.contains(id) && !aside.contains(id); }));
}

void consumed_group::judge(client& db, const std::vector<uuid>& events) const {
  try {
    fixtures::wait_until(
      "all events of " + to_string(name_) + " to be done", [&] { return missing(events, parked(db)) == 0; },
      3 * fixtures::patience);
  } catch (const std::exception& why) {
    book_.finding(std::string{why.what()} + ": " + std::to_string(missing(events, parked(db))) + " of " +
                  std::to_string(events.size()) + " are neither acknowledged nor parked");
  }
  const std::set<uuid> all{events.begin(), events.end()};
  for (const auto& id : parked(db))
    if (!all.contains(id))
      book_.finding(to_string(name_) + " has parked " + to_string(id) + ", which is not of its stream");
  std::lock_guard lock{mutex_};
  for (const auto& id : seen_)
    if (!all.contains(id))
      book_.finding(to_string(name_) + " handed out " + to_string(id) + ", which is not in its stream");
}

create_group_options durable_group() {
  create_group_options how;
  how.settings.message_timeout = 1s * fixtures::slowness;
  how.settings.max_retries = 5;
  how.settings.checkpoint_after = 100ms;
  how.settings.min_checkpoint = 1;
  how.settings.max_checkpoint = 50;
  return how;
}

namespace {

struct consume_now {};

consume_options tireless() {
  return {.buffer = 20, .ack_batch = 5, .resume = {.limit = -1}, .call = {.deadline = 5s}};
}

} // namespace

} // namespace kdb::chaos

KDB_ACTOR_MESSAGES(chaos_consuming, 1540, kdb::chaos::consume_now)

namespace kdb::chaos {

namespace {

[[maybe_unused]] const auto messages_are_known = (init_caf<kdb_block::chaos_consuming>(), true);

// -- a consumer ---------------------------------------------------------------------------------

/// Dies without a word on standard error, as actors that throw have otherwise.
void die_quietly(caf::event_based_actor* self) {
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error); });
}

// Starts are booked when they are over: who dies over an event that was faster than the answer never hears it.

/// One life of a consumer.
caf::behavior consuming(caf::event_based_actor* self, client_actor client, std::shared_ptr<consumed_group> group) {
  die_quietly(self);
  any_caf::request(self, client, caf::infinite, consume{group->name(), subscriber{self}, tireless()})
    .then([=](const consumer_actor&) { group->book().begin("the start of a consumer")->succeeded(); },
          [=](const caf::error& why) {
            group->book().begin("the start of a consumer of " + to_string(group->name()))->failed(error::from(why));
            self->quit(caf::exit_reason::user_shutdown);
          });
  return {
    [=](const consumer_batch& batch) { return group->handle(batch); },
    [=](const subscription_ended& how) {
      group->ended(how);
      self->quit(caf::exit_reason::user_shutdown);
    },
  };
}

// -- workers --------------------------------------------------------------------------------------

caf::behavior working(caf::event_based_actor* self, std::shared_ptr<consumed_group> group) {
  die_quietly(self);
  return {[=](const work_item& item) { return group->handle(item.event()); }};
}

/// One life of a pool.
caf::behavior pooling(caf::event_based_actor* self, client_actor client, std::shared_ptr<consumed_group> group) {
  competing_workers_plan plan{
    .group = group->name(),
    .make_worker = [group](caf::actor_system& in) { return in.spawn(working, group); },
    .observer = self,
    .options = {.workers = 3,
                .key = [](const resolved_event& event) { return std::to_string(event.revision().value % 7); },
                .consumer = tireless(),
                .replacements = 100'000}};
  const auto pool = spawn_competing_workers(self->system(), client, std::move(plan)).value();
  const auto joined = std::make_shared<bool>(false);
  any_caf::request(self, pool, caf::infinite, await_joined{})
    .then(
      [=] {
        *joined = true;
        group->book().begin("the start of workers")->succeeded();
      },
      [=](const caf::error& why) {
        group->book().begin("the start of workers of " + to_string(group->name()))->failed(error::from(why));
      });
  return {
    [](const worker_lost&) {},
    [=](const subscription_ended& how) {
      if (*joined)
        group->ended(how);
      self->quit(caf::exit_reason::user_shutdown);
    },
  };
}

// -- again and again --------------------------------------------------------------------------------

using life = caf::behavior (*)(caf::event_based_actor*, client_actor, std::shared_ptr<consumed_group>);

/// Starts the next life a moment after the last one is over. Ends with an exit message.
caf::behavior living(caf::event_based_actor* self, life one, client_actor client, std::shared_ptr<consumed_group> group) {
  const any_caf::monitoring ends{self, [=](const caf::down_msg&) { any_caf::send_later(self, 50ms, consume_now{}); }};
  any_caf::send(self, self, consume_now{});
  return {[=](const consume_now&) { ends.watch(self->spawn(one, client, group)); }};
}

} // namespace

caf::actor spawn_consumer(caf::actor_system& system, client_actor client, std::shared_ptr<consumed_group> group) {
  return system.spawn(living, consuming, std::move(client), std::move(group));
}

caf::actor spawn_workers(caf::actor_system& system, client_actor client, std::shared_ptr<consumed_group> group) {
  return system.spawn(living, pooling, std::move(client), std::move(group));
}

} // namespace kdb::chaos
