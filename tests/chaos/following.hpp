// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>

#include <kdb/actors.hpp>

#include "tests/chaos/ledger.hpp"

namespace kdb::chaos {

/// What the streams of a round are called begins so.
inline constexpr std::string_view prefix = "chaos-";

/// How one subscriber follows.
struct follow_plan {
  /// Empty: $all.
  std::string stream;
  bool filtered = false;
  std::chrono::milliseconds begins_after{0};
  /// It takes its time over each batch.
  std::chrono::milliseconds slow{0};
};

/// Events of one stream in the order in which somebody saw them. Equal ones have equal counts and hashes.
struct seen_stream {
  std::uint64_t count = 0;
  std::uint64_t hash = 0;
  void add(const uuid& id);
  friend bool operator==(const seen_stream&, const seen_stream&) = default;
};

/// What one subscription delivered. Everything out of order is a finding at once.
class follower {
public:
  follower(follow_plan plan, ledger& book, std::string name) : plan_{std::move(plan)}, book_{book}, name_{std::move(name)} {}

  const follow_plan& plan() const { return plan_; }
  const std::string& name() const { return name_; }
  ledger& book() const { return book_; }

  void take(const event_batch& batch);
  void end(const subscription_ended& how);
  void began(subscription_actor handle);
  /// Its start failed: then nothing may have come.
  void did_not_begin();

  seen_stream seen(const std::string& stream) const;
  std::size_t ends() const;
  std::optional<end_reason> reason() const;
  subscription_actor handle() const;

private:
  void blame(const std::string& what) const { book_.finding(name_ + ": " + what); }
  void take_event(const resolved_event& event);

  const follow_plan plan_;
  ledger& book_;
  const std::string name_;
  mutable std::mutex mutex_;
  std::map<std::string, seen_stream, std::less<>> seen_;
  std::optional<log_position> position_, checkpoint_;
  subscription_actor handle_;
  std::size_t ends_ = 0, batches_ = 0;
  std::optional<end_reason> reason_;
};

/// The actor that subscribes for `record`, again until it works, and stays after the end to see what comes.
caf::actor spawn_follower(caf::actor_system& system, client_actor client, std::shared_ptr<follower> record);

} // namespace kdb::chaos
