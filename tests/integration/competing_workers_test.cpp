// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>

#include <kdb/competing_workers.hpp>

#include "tests/integration/scenario.hpp"

// Workers that share a consumer, from the append to the group's progress.
namespace kdb::integration {

namespace {

/// What the workers did.
struct work_log {
  std::mutex mutex;
  std::map<std::string, std::vector<std::uint64_t>> done; ///< Revisions by stream, in order.
  std::size_t at_once = 0, most_at_once = 0, deaths = 0;
  std::map<std::string, bool> busy;
  bool overlapped = false;
};
using log_ptr = std::shared_ptr<work_log>;

struct finish_work {
  work_item item;
  caf::response_promise promise;
};

} // namespace

} // namespace kdb::integration

KDB_ACTOR_MESSAGES(integration_workers, 1520, kdb::integration::finish_work)

namespace kdb::integration {

namespace {

[[maybe_unused]] const auto messages_are_known = (init_caf<kdb_block::integration_workers>(), true);

/// Takes up to 3 ms over each event, and dies over the fifth of a stream when it comes for the first time.
caf::behavior worker(caf::event_based_actor* self, log_ptr log, unsigned seed) {
  const auto random = std::make_shared<std::minstd_rand>(seed);
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error); });
  return {
    [self, log, random](const work_item& item) -> caf::result<outcome> {
      const std::string stream{item.event().stream()};
      std::lock_guard lock{log->mutex};
      if (item.event().revision().value == 5 && item.retries() == 0) {
        ++log->deaths;
        throw std::runtime_error{"a worker that dies"};
      }
      log->overlapped |= std::exchange(log->busy[stream], true);
      log->most_at_once = std::max(log->most_at_once, ++log->at_once);
      auto promise = self->make_response_promise();
      any_caf::send_later(self, std::chrono::microseconds{(*random)() % 3000}, finish_work{item, promise});
      return promise;
    },
    [log](finish_work& what) {
      const std::string stream{what.item.event().stream()};
      {
        std::lock_guard lock{log->mutex};
        log->busy[stream] = false;
        --log->at_once;
        log->done[stream].push_back(what.item.event().revision().value);
      }
      what.promise.deliver(outcome::ack());
    },
  };
}

struct watch_log {
  std::mutex mutex;
  std::vector<worker_lost> losses;
  std::vector<subscription_ended> ends;
};

caf::behavior watcher(caf::event_based_actor*, std::shared_ptr<watch_log> seen) {
  return {
    [seen](const worker_lost& what) {
      std::lock_guard lock{seen->mutex};
      seen->losses.push_back(what);
    },
    [seen](const subscription_ended& what) {
      std::lock_guard lock{seen->mutex};
      seen->ends.push_back(what);
    },
  };
}

constexpr std::size_t streams = 8, events_of_each = 40;

} // namespace

BOOST_AUTO_TEST_SUITE(competing_workers)

BOOST_AUTO_TEST_CASE(streams_go_on_in_parallel_each_in_its_order_and_every_event_is_answered) {
  const scenario f{way::blocking};
  append_result last;
  for (std::size_t i = 0; i < events_of_each; i += 10)
    for (std::size_t stream = 0; stream < streams; ++stream)
      last = value_of(f.client->append(f.named("work-" + std::to_string(stream)), stream_state::any, numbered(10, i)));
  create_group_on_all_options how{.filter = event_filter::stream_prefixes({f.named("work-")})};
  how.settings.checkpoint_after = 100ms;
  how.settings.min_checkpoint = 1;
  require(f.client->create_group_on_all(f.group_on_all.group, how));

  owned_system system;
  const auto db = spawn_client(system.system(), f.server.settings()).value();
  caf::scoped_actor self{system.system()};
  const auto log = std::make_shared<work_log>();
  const auto seen = std::make_shared<watch_log>();
  const auto seeds = std::make_shared<std::atomic<unsigned>>(1);
  competing_workers_plan plan{
    .group = f.group_on_all,
    .make_worker = [log, seeds](caf::actor_system& in) { return in.spawn(worker, log, ++*seeds); },
    .observer = self->spawn(watcher, seen),
    .options = {.workers = 4, .consumer = {.buffer = 64}},
  };
  auto pool = value_of(spawn_competing_workers(system.system(), db, std::move(plan)));
  any_caf::request(self, pool, fixtures::patience, await_joined{})
    .receive([] {}, [](const caf::error& why) { BOOST_FAIL(to_string(error::from(why))); });
  const auto done = [&] {
    std::lock_guard lock{log->mutex};
    std::size_t sum = 0;
    for (const auto& [stream, all] : log->done)
      sum += all.size();
    return sum;
  };
  fixtures::wait_until("all events to be worked on", [&] { return done() == streams * events_of_each; });
  fixtures::wait_until("the group to know", [&] {
    const auto info = value_of(f.client->get_group_info(f.group_on_all));
    const auto* checkpoint = info.last_checkpoint ? std::get_if<log_position>(&*info.last_checkpoint) : nullptr;
    return info.in_flight == 0 && info.retry_buffered == 0 && checkpoint && checkpoint->commit >= last.position->commit;
  });
  any_caf::request(self, pool, fixtures::patience, cancel{})
    .receive([] {}, [](const caf::error& why) { BOOST_FAIL(to_string(error::from(why))); });
  pool = nullptr;
  any_caf::request(self, db, fixtures::patience, close{}).receive([] {}, [](const caf::error&) {});

  std::scoped_lock locks{log->mutex, seen->mutex};
  BOOST_TEST(!log->overlapped);
  BOOST_TEST(log->most_at_once > 1u);
  BOOST_TEST(log->deaths == streams);
  BOOST_TEST(seen->losses.size() == streams);
  BOOST_TEST(std::ranges::all_of(seen->losses, &worker_lost::replaced));
  BOOST_REQUIRE_EQUAL(seen->ends.size(), 1u);
  BOOST_TEST(seen->ends[0].reason == end_reason::cancelled);
  for (auto& [stream, all] : log->done) { // In order, but for the one that was handed out again.
    BOOST_TEST(std::erase(all, 5u) == 1u);
    BOOST_TEST(std::ranges::is_sorted(all));
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::integration
