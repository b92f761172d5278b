// SPDX-License-Identifier: Apache-2.0

// caf_primer: what a program needs to know of CAF to use kdb/actors.hpp. It needs no server.

#include <kdb/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

// docs: messages
struct deposit {
  int amount;
};
struct withdraw {
  int amount;
};
struct get_balance {};

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(deposit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(withdraw)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(get_balance)
// docs: end

namespace {

// docs: behavior
/// Keeps a balance. Only this actor touches its state, one message at a time: it needs no mutex.
caf::behavior account(caf::stateful_actor<int>* self) {
  self->state = 0;
  return {
    [=](const deposit& message) { self->state += message.amount; },
    [=](const withdraw& message) -> caf::result<int> {
      if (message.amount > self->state)
        return kdb::to_caf({.code = kdb::errc::invalid_argument, .message = "the balance is too low"});
      return self->state -= message.amount; // The answer to the request.
    },
    [=](const get_balance&) { return self->state; },
  };
}
// docs: end

// docs: request
/// Deposits, withdraws, prints what is left, and ends.
caf::behavior customer(caf::event_based_actor* self, caf::actor bank) {
  self->send(bank, deposit{100}); // Wants no answer.
  self->request(bank, 1s, withdraw{58})
    .then([](int left) { std::cout << left << " left\n"; }, [=](const caf::error& error) { self->quit(error); });
  return {}; // No handlers: it ends when the last answer has arrived.
}
// docs: end

// docs: promise
/// Passes requests on to an account, and answers when the account has answered.
caf::behavior teller(caf::event_based_actor* self, caf::actor bank) {
  return {
    [=](const withdraw& message) {
      auto promise = self->make_response_promise<int>();
      self->request(bank, 1s, message)
        .then([=](int left) mutable { promise.deliver(left); },
              [=](caf::error& error) mutable { promise.deliver(std::move(error)); });
      return promise;
    },
  };
}
// docs: end

} // namespace

int main() {
  // docs: system
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system}; // Lets main, which is no actor, send and receive.
  auto bank = self->spawn(account);
  // docs: end

  // docs: monitor
  int status = 1;
  self->spawn<caf::monitored>(customer, bank);
  self->receive([&](const caf::down_msg& down) { // Arrives once, when the customer has ended.
    std::cout << (down.reason ? "the customer failed\n" : "the customer is done\n");
    status = down.reason ? 1 : 0;
  });
  // docs: end

  // docs: receive
  auto counter = self->spawn(teller, bank);
  self->request(counter, 1s, withdraw{50})
    .receive([&](int) { status = 1; },
             [](const caf::error& error) { std::cout << kdb::error::from(error).message << "\n"; }); // the balance is too low
  // docs: end

  // docs: end-of-system
  self->send_exit(counter, caf::exit_reason::user_shutdown);
  self->send_exit(bank, caf::exit_reason::user_shutdown);
  // The destructor of the system waits until all actors have ended.
  // docs: end
  return status;
}
