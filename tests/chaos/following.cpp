// SPDX-License-Identifier: Apache-2.0
#include "tests/chaos/following.hpp"

#include <cstring>

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

namespace kdb::chaos {

using namespace std::chrono_literals;

void seen_stream::add(const uuid& id) {
  std::uint64_t halves[2];
  std::memcpy(halves, id.data, sizeof halves);
  for (const auto half : halves)
    hash = (hash ^ half) * 0x9e37'79b9'7f4a'7c15ull + 1;
  ++count;
}

void follower::take(const event_batch& batch) {
  std::lock_guard lock{mutex_};
  ++batches_;
  if (ends_ > 0)
    blame("a batch after the end");
  for (const auto& item : batch) {
    if (const auto* event = std::get_if<resolved_event>(&item)) {
      take_event(*event);
    } else if (const auto* point = std::get_if<checkpoint>(&item)) {
      if (checkpoint_ && point->position < *checkpoint_)
        blame("a checkpoint before an earlier one");
      if (position_ && point->position < *position_)
        blame("a checkpoint before an event that was delivered");
      checkpoint_ = point->position;
    }
  }
}

void follower::take_event(const resolved_event& event) {
  if (plan_.stream.empty()) {
    if (position_ && event.position() <= *position_)
      blame("position " + to_string(event.position()) + " after " + to_string(*position_));
    if (checkpoint_ && event.position() <= *checkpoint_)
      blame("position " + to_string(event.position()) + " after the checkpoint " + to_string(*checkpoint_));
    position_ = event.position();
  } else if (event.stream() != plan_.stream) {
    blame("an event of the stream " + std::string{event.stream()});
  }
  if (!event.stream().starts_with(prefix)) {
    if (plan_.filtered)
      blame("the filter let through " + std::string{event.stream()});
    return;
  }
  auto at = seen_.find(event.stream());
  if (at == seen_.end())
    at = seen_.emplace(event.stream(), seen_stream{}).first;
  if (event.revision().value != at->second.count)
    blame("revision " + to_string(event.revision()) + " of " + at->first + " instead of " + std::to_string(at->second.count));
  at->second.add(event.id());
}

void follower::end(const subscription_ended& how) {
  std::lock_guard lock{mutex_};
  if (++ends_ > 1)
    blame("a second end");
  reason_ = how.reason;
  if (how.reason != end_reason::cancelled && how.reason != end_reason::closed)
    blame("ended by itself: " + to_string(how));
}

void follower::began(subscription_actor handle) {
  std::lock_guard lock{mutex_};
  handle_ = std::move(handle);
}

void follower::did_not_begin() {
  std::lock_guard lock{mutex_};
  if (batches_ > 0 || ends_ > 0)
    blame("words of a subscription whose start failed");
}

seen_stream follower::seen(const std::string& stream) const {
  std::lock_guard lock{mutex_};
  const auto at = seen_.find(stream);
  return at == seen_.end() ? seen_stream{} : at->second;
}

std::size_t follower::ends() const {
  std::lock_guard lock{mutex_};
  return ends_;
}

std::optional<end_reason> follower::reason() const {
  std::lock_guard lock{mutex_};
  return reason_;
}

subscription_actor follower::handle() const {
  std::lock_guard lock{mutex_};
  return handle_;
}

namespace {

struct subscribe_now {};
struct answer_now {
  caf::response_promise credit;
};

} // namespace

} // namespace kdb::chaos

KDB_ACTOR_MESSAGES(chaos_following, 1550, kdb::chaos::subscribe_now, kdb::chaos::answer_now)

namespace kdb::chaos {

namespace {

[[maybe_unused]] const auto messages_are_known = (init_caf<kdb_block::chaos_following>(), true);

template <class Request>
void ask(caf::event_based_actor* self, const client_actor& client, const std::shared_ptr<follower>& record, Request what) {
  auto begun = record->book().begin("the start of " + record->name());
  any_caf::request(self, client, caf::infinite, std::move(what))
    .then(
      [=](subscription_actor& handle) {
        begun->succeeded();
        record->began(std::move(handle));
      },
      [=](const caf::error& why) {
        const auto reason = error::from(why);
        begun->failed(reason);
        record->did_not_begin();
        if (reason.code != errc::closed)
          any_caf::send_later(self, 50ms, subscribe_now{});
      });
}

void subscribe(caf::event_based_actor* self, const client_actor& client, const std::shared_ptr<follower>& record) {
  const auto& plan = record->plan();
  const resume_options resume{.limit = -1};
  const call_options call{.deadline = 5s};
  if (!plan.stream.empty()) {
    ask(self, client, record, subscribe_to_stream{plan.stream, subscriber{self}, {.resume = resume, .call = call}});
    return;
  }
  std::optional<event_filter> filter;
  if (plan.filtered)
    filter = event_filter::stream_prefixes({std::string{prefix}});
  ask(self, client, record, subscribe_to_all{subscriber{self}, {.filter = filter, .resume = resume, .call = call}});
}

caf::behavior following(caf::event_based_actor* self, client_actor client, std::shared_ptr<follower> record) {
  any_caf::send_later(self, record->plan().begins_after, subscribe_now{});
  return {
    [=](const subscribe_now&) { subscribe(self, client, record); },
    [=](const event_batch& batch) -> caf::result<void> {
      record->take(batch);
      caf::response_promise credit = self->make_response_promise();
      if (record->plan().slow > 0ms)
        any_caf::send_later(self, record->plan().slow, answer_now{credit});
      else
        credit.deliver(caf::unit);
      return credit;
    },
    [=](answer_now& later) { later.credit.deliver(caf::unit); },
    [=](const subscription_ended& how) { record->end(how); },
  };
}

} // namespace

caf::actor spawn_follower(caf::actor_system& system, client_actor client, std::shared_ptr<follower> record) {
  return system.spawn(following, std::move(client), std::move(record));
}

} // namespace kdb::chaos
