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

/// Decides which item goes to which worker: of each key one at a time, in the order in which they were added; each worker has one at a
/// time; what can go on does, and workers take turns. Numbers of items and workers are the caller's, and never used again.
class key_dispatch {
public:
  using item_number = std::uint64_t;
  using worker_number = std::uint64_t;

  struct assignment {
    worker_number worker;
    item_number item;
    friend bool operator==(const assignment&, const assignment&) = default;
  };

  /// It is free from now on.
  void add_worker(worker_number worker);
  /// It is gone. Returns the item it had, which counts as answered.
  std::optional<item_number> remove_worker(worker_number worker);

  void add(item_number item, std::string key);
  /// The next item that can go to a worker. Call until there is none.
  std::optional<assignment> next();
  /// The worker has answered. Returns the item; nothing if it had none or is gone.
  std::optional<item_number> answered(worker_number worker);
  /// Takes back all that no worker has, in no order.
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

  lines lines_;                          // Of keys that have items; elements stay where they are.
  std::deque<lines::value_type*> ready_; // Have something waiting and nobody at work; longest first.
  std::map<worker_number, std::optional<work>> workers_;
  std::deque<worker_number> free_; // Longest first; may name some who are gone.
  std::size_t working_ = 0;
  std::size_t waiting_ = 0;
};

} // namespace kdb::inline v0::policy
