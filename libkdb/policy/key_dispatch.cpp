// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/key_dispatch.hpp"

#include <utility>

namespace kdb::inline v0::policy {

void key_dispatch::add_worker(worker_number worker) {
  workers_.emplace(worker, std::nullopt);
  free_.push_back(worker);
}

std::optional<key_dispatch::item_number> key_dispatch::remove_worker(worker_number worker) {
  const auto item = answered(worker);
  workers_.erase(worker);
  return item;
}

void key_dispatch::add(item_number item, std::string key) {
  auto& to = *lines_.try_emplace(std::move(key)).first;
  to.second.waiting.push_back(item);
  ++waiting_;
  if (!to.second.at_work && to.second.waiting.size() == 1)
    ready_.push_back(&to);
}

std::optional<key_dispatch::assignment> key_dispatch::next() {
  while (!free_.empty() && !workers_.contains(free_.front()))
    free_.pop_front();
  if (ready_.empty() || free_.empty())
    return std::nullopt;
  auto& from = *ready_.front();
  ready_.pop_front();
  const assignment made{free_.front(), from.second.waiting.front()};
  free_.pop_front();
  from.second.waiting.pop_front();
  from.second.at_work = true;
  workers_.at(made.worker) = work{made.item, &from};
  --waiting_;
  ++working_;
  return made;
}

std::optional<key_dispatch::item_number> key_dispatch::answered(worker_number worker) {
  const auto at = workers_.find(worker);
  if (at == workers_.end() || !at->second)
    return std::nullopt;
  const auto done = *std::exchange(at->second, std::nullopt);
  --working_;
  free_.push_back(worker);
  done.of->second.at_work = false;
  go_on(*done.of);
  return done.item;
}

void key_dispatch::go_on(lines::value_type& with) {
  if (with.second.waiting.empty())
    lines_.erase(lines_.find(with.first));
  else
    ready_.push_back(&with);
}

std::vector<key_dispatch::item_number> key_dispatch::drop_waiting() {
  std::vector<item_number> dropped;
  for (auto at = lines_.begin(); at != lines_.end();) {
    dropped.insert(dropped.end(), at->second.waiting.begin(), at->second.waiting.end());
    at->second.waiting.clear();
    at = at->second.at_work ? std::next(at) : lines_.erase(at);
  }
  ready_.clear();
  waiting_ = 0;
  return dropped;
}

} // namespace kdb::inline v0::policy
