// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/consumer_group.hpp"
#include "devnode/persistent/group_source.hpp"
#include "devnode/persistent/group_streams.hpp"
#include "devnode/rpc/loop.hpp"
#include "devnode/rpc/status.hpp"
#include "devnode/services/persistent/errors.hpp"
#include "devnode/store/followers.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// A connected consumer, as the group sees it. Members are called from within calls of the group's: they only take note.
class group_member {
public:
  virtual ~group_member() = default;
  virtual void deliver(const resolved_event& event, std::int32_t retry_count) = 0;

  /// The group has let go of it.
  virtual void dropped(const rpc::status& refusal) = 0;
};

/// How many events there were, and how many a second lately.
class item_rate {
public:
  void measure(std::int64_t total, consumer_group::time now);
  std::int64_t since(std::int64_t total) const { return total - measured_; }
  std::int32_t average() const { return average_; }

private:
  std::int64_t measured_ = 0;
  consumer_group::time at_{0};
  std::int32_t average_ = 0;
};

/// What statistics call a consumer.
struct consumer_label {
  std::string user;
  std::string connection;
};

/// A group at work: reads the log, does what the group decides, and keeps its progress in the log. Needs `tick` once a second.
class running_group {
public:
  running_group(store& events, followers& live, rpc::loop& on, group_definition definition);

  /// Drops its members.
  ~running_group();

  running_group(const running_group&) = delete;
  running_group& operator=(const running_group&) = delete;

  const group_definition& definition() const { return definition_; }
  group_name name() const { return {definition_.stream, definition_.name}; }

  // -- members ---

  bool full() const { return group_.full(); }

  /// Lets a consumer join; it must leave before it goes, unless it is dropped.
  consumer_id join(group_member& member, std::int32_t buffer_size, consumer_label label);
  void leave(consumer_id id);

  void ack(std::span<const uuid> ids);
  void nack(std::span<const uuid> ids, nack_action action, std::string_view reason);
  void tick();

  /// Takes what was written until now, which it would soon do by itself.
  void read_on();

  // -- parked events ---

  void replay_parked(std::int64_t end);
  void truncate_parked(std::int64_t end) { streams_.truncate_parked(end); }

  /// Forgets what the log keeps of it.
  void forget() { streams_.remove(); }

  // -- facts ---

  struct member_facts {
    pooled_consumer consumer;
    consumer_label label;
    item_rate rate;
  };

  const consumer_group& state() const { return group_; }
  const item_rate& rate() const { return rate_; }
  std::vector<member_facts> members() const;
  std::string status() const;
  std::int64_t parked_count();

private:
  struct membership {
    group_member* member = nullptr;
    consumer_label label;
    item_rate rate;
  };

  void read_what_is_there();
  bool read_batch(std::size_t count, int& budget);
  void decide();
  void carry_out(const push_event& push);
  void carry_out(const park_event& park) { streams_.park(park.event.index, park.reason); }
  void carry_out(const save_checkpoint& save) { streams_.save(save.place); }
  void drop_all();
  void fault();

  store& store_;
  const group_definition definition_;
  group_streams streams_;
  group_source source_;
  consumer_group group_;
  std::map<consumer_id, membership> members_;
  consumer_id last_id_ = 0;
  item_rate rate_;
  bool faulted_ = false;
  std::vector<uuid> gone_;
  rpc::turn_task read_later_;
  follower follower_;
};

} // namespace kdb::inline v0::development
