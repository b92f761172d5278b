// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/client/management.hpp"
#include "tests/actors/scripted_connection.hpp"

namespace kdb::test {

/// A management actor with a scripted transport.
struct management_fixture : worker_fixture {
  explicit management_fixture(const settings& how = default_settings()) : worker_fixture{how} {
    tested = keep(sys.spawn(management, context));
  }
  ~management_fixture() { tested = nullptr; }

  /// Stores the answer for the test.
  template <class T, class Request>
  struct job final : call_job {
    using slot_type = decltype(std::declval<answer<T>>().slot());
    job(wire::call_plan prepared, slot_type answer) : call_job{std::move(prepared), {}}, slot{std::move(answer)} {}
    void deliver(caf::response_promise& to, result<wire::message_list> outcome) override {
      slot->emplace(wire::decode_outcome<Request>(plan, std::move(outcome)));
      to.deliver(server_messages{});
    }
    slot_type slot;
  };

  /// Sends a request as the client does for a host. A request that can't be sent fails at once.
  template <class T, class Request>
  answer<T> ask(const management_actor& whom, Request request) {
    answer<T> out;
    auto prepared = wire::prepare(std::move(request));
    if (!prepared) {
      out.slot()->emplace(unexpected{std::move(prepared.error())});
      return out;
    }
    const auto asked = std::make_shared<job<T, Request>>(std::move(*prepared), out.slot());
    as_self([whom, asked, slot = out.slot()](caf::event_based_actor* from) {
      any_caf::request(from, whom, caf::infinite, run_call{asked})
        .then([](const server_messages&) {}, [slot](const caf::error& why) { slot->emplace(unexpected{error::from(why)}); });
    });
    return out;
  }

  /// Calls so far.
  std::size_t sent() { return calls().exchanges.size(); }
  scripted_exchange& last() { return *calls().exchanges.back(); }
  void server_answers(result<std::vector<std::string>> what) {
    last().end(std::move(what));
    drain();
  }

  management_self tested;
};

} // namespace kdb::test
