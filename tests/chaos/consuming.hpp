// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

#include <kdb/client.hpp>
#include <kdb/competing_workers.hpp>

#include "tests/chaos/ledger.hpp"

namespace kdb::chaos {

/// One group, and what its consumers did with its events. They acknowledge most, park some, want some again, leave some without an
/// answer, and die over some.
class consumed_group {
public:
  consumed_group(std::string stream, ledger& book, std::uint64_t seed)
    : name_{std::move(stream), "chaos"}, book_{book}, random_{seed} {}

  const group_name& name() const { return name_; }
  ledger& book() const { return book_; }

  /// What a consumer answers to a batch: nothing at times. Throws when it dies over it.
  batch_outcomes handle(const consumer_batch& batch);
  /// What a worker answers to an event. Throws likewise.
  outcome handle(const resolved_event& event);
  /// From now on everything is acknowledged.
  void be_calm();
  void ended(const subscription_ended& how);

  /// Waits until all these events are done: acknowledged, or parked as the group says. What is neither is a finding.
  void judge(client& db, const std::vector<uuid>& events) const;
  std::size_t acknowledged() const;

private:
  outcome fate_of(const resolved_event& event);
  bool happens(unsigned percent) { return !calm_ && random_() % 100 < percent; }
  std::vector<uuid> parked(client& db) const;
  std::size_t missing(const std::vector<uuid>& events, const std::vector<uuid>& parked) const;

  const group_name name_;
  ledger& book_;
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  bool calm_ = false;
  std::set<uuid> acknowledged_, seen_;
};

/// How to make the group: events without an answer come again soon.
create_group_options durable_group();

/// A consumer that comes back whenever it has died or could not begin.
caf::actor spawn_consumer(caf::actor_system& system, client_actor client, std::shared_ptr<consumed_group> group);

/// The same with competing workers.
caf::actor spawn_workers(caf::actor_system& system, client_actor client, std::shared_ptr<consumed_group> group);

} // namespace kdb::chaos
