// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "actors/runtime/incident.hpp"
#include "actors/runtime/logger.hpp"
#include "actors/runtime/own_credentials.hpp"
#include "actors/runtime/protocol.hpp"
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// What a keeper is made of.
struct credentials_keeper_parts {
  credentials_provider provider;
  own_credentials_ptr credentials;
  logger_ptr log;
  /// Runs the host's code, which may block and throw. Throws std::system_error if it can't. Empty: on a thread of its own.
  std::function<void(std::function<void()>)> launch{};
};

/// Asks the host's provider for the client's credentials: when the first node is wanted, ahead of their expiry, and when a server has
/// refused them. One question at a time, on a thread of its own; after a failure there is a pause that grows.
struct credentials_keeper_state {
  static inline const char* name = "kdb.credentials_keeper";

  /// A provider that takes longer has failed.
  static constexpr std::chrono::milliseconds provider_patience{30'000};
  /// The minimum time between two questions after refusals.
  static constexpr std::chrono::milliseconds between_refusals{1000};
  /// Longer waits are split, because a pending delayed message keeps the memory of the ended actor.
  static constexpr std::chrono::milliseconds longest_wait{10'000};

  explicit credentials_keeper_state(credentials_keeper_self::pointer owner) : self{owner} {}
  /// Answers those who still wait.
  ~credentials_keeper_state();

  credentials_keeper_self::behavior_type start(credentials_keeper_parts parts);

  caf::result<void> on_await();
  void on_refused();
  void on_provided(credentials_provided& message);
  void on_silent(const provider_silent& message);
  void on_look_again(const look_again& message);

  void ask();
  void accept(provided_credentials message);
  void failed(error cause);
  /// Asks the provider at that time, and checks again until then.
  void look_at(std::chrono::steady_clock::time_point when);
  bool usable() const;

  credentials_keeper_self::pointer self;
  credentials_keeper_parts parts;
  std::vector<caf::typed_response_promise<void>> waiting;
  std::uint64_t question = 0; // Numbers the questions, so that late answers are recognized.
  bool asking = false;
  bool have = false;                                           // There are credentials that no server has refused.
  std::optional<std::chrono::steady_clock::time_point> expiry; // Of these credentials.
  std::chrono::steady_clock::time_point next_question{};       // Not before that.
  std::optional<std::chrono::steady_clock::time_point> planned;
  std::uint64_t plan = 0; // Numbers the planned questions.
  incident outage;        // Of the provider.
  error last_failure;
};

credentials_keeper_self::behavior_type credentials_keeper(
  credentials_keeper_self::stateful_pointer<credentials_keeper_state> self, credentials_keeper_parts parts);

} // namespace kdb::inline v0
