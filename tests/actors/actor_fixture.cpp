// SPDX-License-Identifier: Apache-2.0
#include "tests/actors/actor_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor_registry.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace kdb::test {

namespace {

/// No test needs more messages in a row, or more actors than can be counted.
constexpr int drain_limit = 1'000'000;

caf::behavior run_jobs(caf::event_based_actor* self) {
  return {[self](const job& what) { what.run(self); }};
}

} // namespace

actor_fixture::actor_fixture() {
  sys.await_actors_before_shutdown(false); // A hanging test would say less than the check below.
  self = spawn_worker();
  drain();
}

actor_fixture::~actor_fixture() {
  // The newest first: workers before the connection they use.
  for (auto each = kept_.rbegin(); each != kept_.rend(); ++each)
    kill(*each);
  kept_.clear();
  self = nullptr;
  drain();
  BOOST_TEST(sys.registry().running() == 0u, "an actor outlives its test");
}

void actor_fixture::drain() {
  for (int i = 0; i < drain_limit; ++i)
    if (!stepped_.run_one())
      return;
  throw std::runtime_error{"actors keep each other busy for ever"};
}

void actor_fixture::advance(std::chrono::milliseconds duration) {
  drain();
  for (auto left = duration; left > std::chrono::milliseconds::zero(); left -= std::chrono::milliseconds{1})
    if (stepped_.advance_time(std::chrono::milliseconds{1}) > 0)
      drain();
}

void actor_fixture::as_self(std::function<void(caf::event_based_actor*)> run) {
  as(self, std::move(run));
}

void actor_fixture::as(const caf::actor& whom, std::function<void(caf::event_based_actor*)> run) {
  tell(whom, job{std::move(run)});
}

caf::actor actor_fixture::spawn_worker() {
  return keep(sys.spawn(run_jobs));
}

void actor_fixture::kill(const caf::strong_actor_ptr& whom) {
  caf::anon_send_exit(caf::actor_cast<caf::actor>(whom), caf::exit_reason::kill);
  drain();
}

} // namespace kdb::test
