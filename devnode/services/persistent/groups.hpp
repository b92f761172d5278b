// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/kept_groups.hpp"
#include "devnode/rpc/loop.hpp"
#include "devnode/services/persistent/running_group.hpp"
#include "devnode/store/followers.hpp"
#include "devnode/store/store.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kdb::inline v0::development {

/// All groups of a node. What they are is kept in the log, so that they are there again after a restart.
class persistent_groups {
public:
  /// Starts the groups that the log tells of.
  persistent_groups(store& events, followers& live, rpc::loop& on);

  running_group* find(const group_name& name);

  /// Sorted by streams, and of a stream as they were created.
  std::vector<running_group*> all();
  std::vector<running_group*> of(std::string_view stream);

  /// Whether the stream has, or had since the start, a group.
  bool known(std::string_view stream) const { return known_.contains(stream); }

  void create(group_definition definition);

  /// Replaces a group by another one with its name. Its consumers are dropped, its progress is kept.
  void update(group_definition definition);

  /// Deletes a group with all that the log keeps of it.
  void remove(const group_name& name);

  /// Begins all groups anew; their consumers are dropped.
  void restart();

  /// Time stands still from now on, so that the loop can end.
  void stop();

private:
  using in_order = std::map<std::size_t, std::unique_ptr<running_group>>;  // as they were created or last updated
  using by_key = std::unordered_multimap<std::string, in_order::iterator>; // several for a key if there are "::" in names

  by_key::iterator locate(const group_name& name);
  running_group& start(group_definition definition);
  void end(by_key::iterator group);
  kept_groups::definitions definitions() const;
  void tick();
  void schedule_tick();

  store& store_;
  followers& followers_;
  rpc::loop& loop_;
  kept_groups kept_{store_};
  in_order groups_;
  by_key by_key_;
  std::size_t next_ = 0;
  std::set<std::string, std::less<>> known_;
  std::unique_ptr<rpc::timer> timer_;
  bool stopped_ = false;
};

} // namespace kdb::inline v0::development
