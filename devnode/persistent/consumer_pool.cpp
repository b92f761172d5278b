// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/consumer_pool.hpp"

#include <algorithm>

namespace kdb::inline v0::development {

bucket bucket_of(std::string_view text) {
  // FNV-1a. A server hashes otherwise; nobody can tell as long as it stays the same.
  std::uint32_t hash = 2'166'136'261;
  for (unsigned char c : text)
    hash = (hash ^ c) * 16'777'619;
  return hash % bucket_count;
}

// -- who is there --------------------------------------------------------------------------------------------------

void consumer_pool::add(consumer_id id, std::int32_t slots) {
  consumers_.push_back({.id = id, .slots = slots});
  turn_.push_back(id);
  rebalance();
}

void consumer_pool::remove(consumer_id id) {
  std::erase_if(consumers_, [id](auto& each) { return each.id == id; });
  std::erase(turn_, id);
  for (auto& each : bindings_)
    if (each.to == id)
      each = {};
}

pooled_consumer* consumer_pool::find(consumer_id id) {
  auto found = std::ranges::find(consumers_, id, &pooled_consumer::id);
  return found == consumers_.end() ? nullptr : &*found;
}

bool consumer_pool::pinned() const {
  return strategy_ == consumer_strategy::pinned || strategy_ == consumer_strategy::pinned_by_correlation;
}

bool consumer_pool::any_free() const {
  return std::ranges::any_of(consumers_, &pooled_consumer::free);
}

void consumer_pool::sent(consumer_id to, bucket of, bool tracked) {
  auto consumer = find(to);
  if (!consumer)
    return;
  ++consumer->total;
  if (!tracked)
    return;
  ++consumer->in_flight;
  if (pinned())
    ++bindings_[of].in_flight;
}

void consumer_pool::released(consumer_id by, bucket of) {
  if (auto consumer = find(by))
    --consumer->in_flight;
  if (!pinned())
    return;
  auto& bound = bindings_[of];
  bound.in_flight = std::max(bound.in_flight - 1, 0);
}

// -- strategies ----------------------------------------------------------------------------------------------------

std::optional<consumer_id> consumer_pool::choose(bucket of) {
  if (pinned())
    return choose_pinned(of);
  return strategy_ == consumer_strategy::round_robin ? choose_in_turn() : choose_first();
}

// The one who is chosen goes to the end of the row.
std::optional<consumer_id> consumer_pool::choose_in_turn() {
  for (std::size_t i = 0; i < turn_.size(); ++i) {
    auto id = turn_.front();
    turn_.pop_front();
    turn_.push_back(id);
    if (find(id)->free())
      return id;
  }
  return std::nullopt;
}

// The first one stays until it is full.
std::optional<consumer_id> consumer_pool::choose_first() {
  for (std::size_t i = 0; i < turn_.size(); ++i) {
    auto id = turn_.front();
    if (find(id)->free())
      return id;
    turn_.pop_front();
    turn_.push_back(id);
  }
  return std::nullopt;
}

std::optional<consumer_id> consumer_pool::choose_pinned(bucket of) {
  if (consumers_.empty())
    return std::nullopt;
  auto& bound = bindings_[of];
  if (!bound.to)
    bound.to = least_bound();
  return find(*bound.to)->free() ? bound.to : std::nullopt;
}

std::size_t consumer_pool::bound_to(consumer_id id) const {
  return static_cast<std::size_t>(std::ranges::count(bindings_, std::optional{id}, &binding::to));
}

consumer_id consumer_pool::least_bound() const {
  auto found = std::ranges::min_element(consumers_, {}, [this](auto& each) { return bound_to(each.id); });
  return found->id;
}

// Lets go of bindings above an equal share, so that a new consumer gets some. A bucket with events under way stays where it is: its
// events would overtake each other.
void consumer_pool::rebalance() {
  if (!pinned())
    return;
  auto bound = static_cast<std::size_t>(std::ranges::count_if(bindings_, [](auto& each) { return each.to.has_value(); }));
  auto share = (bound + consumers_.size() - 1) / consumers_.size();
  for (auto& consumer : consumers_) {
    auto has = bound_to(consumer.id);
    for (auto& each : bindings_)
      if (has > share && each.to == consumer.id && each.in_flight == 0) {
        each.to.reset();
        --has;
      }
  }
}

} // namespace kdb::inline v0::development
