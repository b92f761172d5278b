// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <caf/response_promise.hpp>

#include <deque>
#include <memory>
#include <stdexcept>
#include <vector>

#include "actors/workers/subscription.hpp"
#include "tests/actors/scripted_connection.hpp"

namespace kdb::test {

using numbers = std::vector<std::uint64_t>;

enum class manner { at_once, later, throws, answers_with_a_number, refuses };

/// The messages that a subscriber has received, and its scripted behaviour.
struct subscriber_script {
  manner how = manner::at_once;
  std::vector<event_batch> batches;
  std::vector<subscription_ended> ends;
  std::deque<caf::response_promise> owed;
  bool batch_after_end = false;
};

inline caf::behavior play(caf::event_based_actor* self, std::shared_ptr<subscriber_script> script) {
  return {
    [self, script](const event_batch& batch) -> caf::result<void> {
      script->batch_after_end |= !script->ends.empty();
      script->batches.push_back(batch);
      switch (script->how) {
        case manner::throws: throw std::runtime_error{"scripted"};
        case manner::refuses: return caf::make_error(caf::sec::invalid_argument);
        case manner::later: {
          auto promise = self->make_response_promise();
          script->owed.push_back(promise);
          return promise;
        }
        default: return caf::unit;
      }
    },
    [script](const subscription_ended& end) { script->ends.push_back(end); },
    [](const step& what) { what.run(); },
  };
}

inline caf::behavior play_with_number(caf::event_based_actor*, std::shared_ptr<subscriber_script> script) {
  return {
    [script](const event_batch& batch) {
      script->batches.push_back(batch);
      return 42;
    },
    [script](const subscription_ended& end) { script->ends.push_back(end); },
    [](const step& what) { what.run(); },
  };
}

struct subscription_fixture : worker_fixture {
  explicit subscription_fixture(manner how = manner::at_once) {
    script->how = how;
    receiver = keep(how == manner::answers_with_a_number ? sys.spawn(play_with_number, script) : sys.spawn(play, script));
  }
  ~subscription_fixture() {
    tested = nullptr;
    receiver = nullptr;
  }

  void start(stream_position from = stream_start, call_options call = {}) {
    start(subscription_plan{stream_plan{"s", {.from = from, .call = std::move(call)}}, receiver});
  }
  void start(subscription_plan plan) {
    auto spawned = sys.spawn(subscription, std::move(plan), context);
    begun = ask<subscription_actor>(caf::actor_cast<caf::actor>(spawned), begin{});
    tested = keep(subscription_actor{spawned});
  }
  /// A subscription that has begun and is confirmed.
  void run(stream_position from = stream_start) {
    start(from);
    confirm();
  }
  scripted_read& call() { return *calls().reads.back(); }
  void confirm() {
    call().confirm();
    drain();
  }
  void arrives(event_batch batch) {
    call().batch(std::move(batch));
    drain();
  }
  void ends(result<void> how) {
    call().end(std::move(how));
    drain();
  }
  void fails(errc code) { ends(unexpected{failure_of(code)}); }
  void answer_batch() {
    tell(receiver, step{[this] {
           auto promise = std::move(script->owed.front());
           script->owed.pop_front();
           promise.deliver(caf::unit);
         }});
  }
  numbers received() const {
    numbers all;
    for (const auto& batch : script->batches)
      for (auto each : revisions(batch))
        all.push_back(each);
    return all;
  }
  std::size_t calls_made() {
    std::size_t sum = 0;
    for (const auto& each : transports)
      sum += each->reads.size();
    return sum;
  }
  stream_position from_of_last_call() { return std::get<wire::stream_source>(call().request.source).from; }

  std::shared_ptr<subscriber_script> script = std::make_shared<subscriber_script>();
  caf::actor receiver;
  subscription_actor tested;
  answer<subscription_actor> begun;
};

/// Longer than any pause between two tries.
inline constexpr std::chrono::milliseconds any_pause{5100};

} // namespace kdb::test
