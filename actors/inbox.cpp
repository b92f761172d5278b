#include <inbox.hpp>

#include <algorithm>
#include <utility>

namespace kdb {

inbox_state::~inbox_state() {
  if (!end)
    end = subscription_ended{.reason = end_reason::closed};
  for (auto& each : takers)
    each.promise.deliver(taken{.batch = {}, .end = end});
}

inbox_actor::behavior_type inbox_state::start() {
  return {
    [this](event_batch& what) { return on_batch(what); },
    [this](subscription_ended& what) { on_ended(what); },
    [this](const take& what) { return on_take(what); },
    [this](const take_overdue& what) { on_overdue(what); },
  };
}

caf::result<void> inbox_state::on_batch(event_batch& what) {
  auto promise = self->make_response_promise<void>();
  batch = std::move(what);
  credit = promise;
  serve();
  return promise;
}

void inbox_state::on_ended(subscription_ended& what) {
  end = std::move(what);
  serve();
}

caf::result<taken> inbox_state::on_take(const take& what) {
  auto promise = self->make_response_promise<taken>();
  takers.push_back({++last_number, promise});
  serve();
  if (!takers.empty())
    self->delayed_send(self, what.timeout, take_overdue{last_number});
  return promise;
}

void inbox_state::on_overdue(const take_overdue& what) {
  const auto late = std::find_if(takers.begin(), takers.end(), [&](const taker& each) { return each.number == what.number; });
  if (late == takers.end())
    return;
  late->promise.deliver(taken{});
  takers.erase(late);
}

void inbox_state::serve() {
  if (!takers.empty() && !batch.empty()) {
    takers.front().promise.deliver(taken{.batch = std::exchange(batch, {})});
    takers.pop_front();
    credit.deliver(caf::unit); // The next one comes while this one is looked at.
  }
  if (!end || !batch.empty())
    return;
  for (auto& each : std::exchange(takers, {}))
    each.promise.deliver(taken{.batch = {}, .end = end});
}

inbox_actor::behavior_type inbox(inbox_actor::stateful_pointer<inbox_state> self) {
  return self->state.start();
}

} // namespace kdb
