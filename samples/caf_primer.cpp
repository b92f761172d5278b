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

KDB_ACTOR_MESSAGES(bank, 200, deposit, withdraw, get_balance)
// docs: end

namespace {

// docs: behavior
/// Keeps a balance. Only this actor touches its state, one message at a time: it needs no mutex.
caf::behavior account(caf::stateful_actor<int>* self) {
  auto& balance = kdb::any_caf::state_of(self) = 0;
  return {
    [&balance](const deposit& message) { balance += message.amount; },
    [&balance](const withdraw& message) -> caf::result<int> {
      if (message.amount > balance)
        return kdb::to_caf({.code = kdb::errc::invalid_argument, .message = "the balance is too low"});
      return balance -= message.amount; // The answer to the request.
    },
    [&balance](const get_balance&) { return balance; },
  };
}
// docs: end

// docs: request
/// Deposits, withdraws, prints what is left, and ends.
caf::behavior customer(caf::event_based_actor* self, caf::actor bank) {
  kdb::any_caf::send(self, bank, deposit{100}); // Wants no answer.
  kdb::any_caf::request(self, bank, 1s, withdraw{58})
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
      kdb::any_caf::request(self, bank, 1s, message)
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
  kdb::init_caf<kdb_block::bank>(); // CAF 1 wants to know all messages first.
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system}; // Lets main, which is no actor, send and receive.
  auto bank = self->spawn(account);
  // docs: end

  // docs: monitor
  int status = 1;
  self->monitor(self->spawn(customer, bank));
  self->receive([&](const caf::down_msg& down) { // Arrives once, when the customer has ended.
    std::cout << (down.reason ? "the customer failed\n" : "the customer is done\n");
    status = down.reason ? 1 : 0;
  });
  // docs: end

  // docs: receive
  auto counter = self->spawn(teller, bank);
  kdb::any_caf::request(self, counter, 1s, withdraw{50})
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
