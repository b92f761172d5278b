// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace kdb::inline v0::policy {

/// Assigns items to workers. Of each key, one item at a time is assigned, in the order in which items were added. A worker has
/// one item at a time. An item that may be assigned does not wait while a worker is free, and workers take turns. The caller
/// numbers items and workers, and never reuses a number.
class key_dispatch {
public:
  using item_number = std::uint64_t;
  using worker_number = std::uint64_t;

  struct assignment {
    worker_number worker;
    item_number item;
    friend bool operator==(const assignment&, const assignment&) = default;
  };

  /// Adds a worker, which is free.
  void add_worker(worker_number worker);
  /// Removes a worker. Returns the item that it had, which counts as answered.
  std::optional<item_number> remove_worker(worker_number worker);

  void add(item_number item, std::string key);
  /// The next item that can go to a worker. Call until there is none.
  std::optional<assignment> next();
  /// The worker has answered. Returns the item; nothing if it had none or is gone.
  std::optional<item_number> answered(worker_number worker);
  /// Removes all items that no worker has, and returns them in any order.
  std::vector<item_number> drop_waiting();

  std::size_t workers() const { return workers_.size(); }
  std::size_t working() const { return working_; }
  std::size_t waiting() const { return waiting_; }

private:
  struct line {
    std::deque<item_number> waiting;
    bool at_work = false;
  };
  using lines = std::unordered_map<std::string, line>;
  struct work {
    item_number item;
    lines::value_type* of;
  };

  void go_on(lines::value_type& with);

  lines lines_;                          // Keys that have items. Elements keep their addresses.
  std::deque<lines::value_type*> ready_; // Keys with waiting items and no worker; longest wait first.
  std::map<worker_number, std::optional<work>> workers_;
  std::deque<worker_number> free_; // Longest idle first; may contain removed workers.
  std::size_t working_ = 0;
  std::size_t waiting_ = 0;
};

} // namespace kdb::inline v0::policy
