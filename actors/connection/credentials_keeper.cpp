// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/credentials_keeper.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "actors/connection/random_pause.hpp"
#include "actors/runtime/late_sender.hpp"
#include "libkdb/policy/renewal.hpp"
#include "libkdb/policy/validate.hpp"
#include "libkdb/policy/waits.hpp"

namespace kdb::inline v0 {

namespace {

using std::chrono::milliseconds;

error provider_failed(std::string message) {
  return {.code = errc::unauthenticated, .message = "the provider of credentials failed: " + std::move(message)};
}

/// Runs the host's code, where it may block and throw.
void run_provider(const credentials_provider& provider, const credentials_handler& done) {
  try {
    provider(done);
  } catch (const std::exception& thrown) {
    done(unexpected(errc::unauthenticated, thrown.what()));
  } catch (...) {
    done(unexpected(errc::unauthenticated, "it threw an object that is not a std::exception"));
  }
}

void launch_thread(std::function<void()> code) {
  // Not joined: the host's code may take its time, and closing must not.
  std::thread{std::move(code)}.detach();
}

} // namespace

credentials_keeper_state::~credentials_keeper_state() {
  for (auto& promise : waiting)
    promise.deliver(to_caf({.code = errc::closed, .message = "the client was closed before it had credentials"}));
}

credentials_keeper_self::behavior_type credentials_keeper_state::start(credentials_keeper_parts given) {
  parts = std::move(given);
  if (!parts.launch)
    parts.launch = launch_thread;
  return {
    [this](const await_credentials&) { return on_await(); },
    [this](const credentials_refused&) { on_refused(); },
    [this](credentials_provided& message) { on_provided(message); },
    [this](const provider_silent& message) { on_silent(message); },
    [this](const look_again& message) { on_look_again(message); },
  };
}

caf::result<void> credentials_keeper_state::on_await() {
  if (usable())
    return caf::unit;
  if (!asking && outage.failures() > 0 && self->clock().now() < next_question)
    return to_caf(last_failure);
  auto promise = self->make_response_promise<void>();
  waiting.push_back(promise);
  look_at(next_question);
  return promise;
}

void credentials_keeper_state::on_refused() {
  have = false;
  look_at(next_question);
}

void credentials_keeper_state::on_provided(credentials_provided& message) {
  if (!asking || message.question != question)
    return;
  asking = false;
  if (!message.outcome)
    failed(provider_failed(std::move(message.outcome.error().message)));
  else if (auto fine = policy::check_call({.credentials = message.outcome->credentials}); !fine)
    failed(provider_failed(fine.error().message));
  else
    accept(std::move(*message.outcome));
}

void credentials_keeper_state::on_silent(const provider_silent& message) {
  if (!asking || message.question != question)
    return;
  asking = false;
  failed(provider_failed("it has not answered for " + std::to_string(provider_patience.count() / 1000) + " s"));
}

void credentials_keeper_state::on_look_again(const look_again& message) {
  if (message.plan == plan && planned)
    look_at(*std::exchange(planned, std::nullopt));
}

void credentials_keeper_state::look_at(std::chrono::steady_clock::time_point when) {
  if (asking || (planned && *planned <= when))
    return;
  const auto left = std::chrono::ceil<milliseconds>(when - self->clock().now());
  if (left.count() <= 0) {
    ask();
    return;
  }
  planned = when;
  any_caf::send_later(self, std::min(left, longest_wait), look_again{++plan});
}

void credentials_keeper_state::ask() {
  asking = true;
  planned.reset();
  const auto answered = std::make_shared<std::atomic<bool>>(false);
  auto done = [tell = late_sender{self}, answered, number = ++question](result<provided_credentials> outcome) {
    if (!answered->exchange(true))
      tell(credentials_provided{number, std::move(outcome)});
  };
  try {
    parts.launch([provider = parts.provider, done] { run_provider(provider, done); });
  } catch (const std::system_error& thrown) {
    done(unexpected(errc::unauthenticated, thrown.what()));
  }
  any_caf::send_later(self, provider_patience, provider_silent{question});
}

void credentials_keeper_state::accept(provided_credentials message) {
  const auto now = self->clock().now();
  const auto time_of_day = std::chrono::system_clock::now();
  if (message.valid_until && *message.valid_until <= time_of_day) {
    failed(provider_failed("its credentials have expired already"));
    return;
  }
  const auto left =
    message.valid_until ? std::optional{std::chrono::floor<milliseconds>(*message.valid_until - time_of_day)} : std::nullopt;
  parts.credentials->set(std::move(message.credentials));
  have = true;
  if (const auto failed_before = outage.over(); failed_before > 0 && parts.log && parts.log->wants(log_level::info))
    (*parts.log)(log_level::info, policy::log_event::credentials_restored,
                 "the credentials provider has answered" + after_failed_attempts(failed_before),
                 {policy::attempts_field(failed_before)});
  next_question = now + between_refusals;
  expiry.reset();
  if (left) {
    expiry = policy::after(now, *left);
    look_at(now + policy::renewal_delay(*left));
  }
  for (auto& promise : std::exchange(waiting, {}))
    any_caf::deliver_nothing(promise);
}

void credentials_keeper_state::failed(error cause) {
  if (const auto level = outage.failed(log_level::warning); parts.log && parts.log->wants(level))
    (*parts.log)(level, policy::log_event::credentials_failed, cause.message, {policy::cause_field(cause)});
  next_question = self->clock().now() + random_pause(outage.failures());
  last_failure = std::move(cause);
  if (usable()) // There is time left for another try.
    look_at(next_question);
  for (auto& promise : std::exchange(waiting, {}))
    promise.deliver(to_caf(last_failure));
}

bool credentials_keeper_state::usable() const {
  return have && (!expiry || self->clock().now() < *expiry);
}

credentials_keeper_self::behavior_type credentials_keeper(
  credentials_keeper_self::stateful_pointer<credentials_keeper_state> self, credentials_keeper_parts parts) {
  return any_caf::state_of(self).start(std::move(parts));
}

} // namespace kdb::inline v0
