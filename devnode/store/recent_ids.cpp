// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/recent_ids.hpp"

#include <algorithm>
#include <bit>

namespace kdb::inline v0::development {
namespace {

/// An entry of the table: above the number of a place, as many bits of its id's hash as there is room for, so that the place of another id is seldom
/// looked at.
struct entries {
  explicit entries(std::size_t capacity) : bits{static_cast<int>(std::bit_width(capacity))} {}

  std::uint32_t tag(std::size_t hash) const { return static_cast<std::uint32_t>(hash >> 16) << bits; }
  std::uint32_t make(std::size_t hash, std::size_t place) const { return tag(hash) | static_cast<std::uint32_t>(place + 1); }
  std::size_t place(std::uint32_t entry) const { return (entry & ((std::uint32_t{1} << bits) - 1)) - 1; }
  bool may_be(std::uint32_t entry, std::size_t hash) const { return (entry ^ tag(hash)) >> bits == 0; }

  int bits; // of a number
};

} // namespace

void recent_ids::remember(const uuid& id, const stream& owner, std::int64_t revision) {
  if (places_.size() < capacity_ && places_.size() * 2 >= table_.size())
    grow();
  const entries all{capacity_};
  auto at = places_.size();
  if (at < capacity_) {
    places_.push_back({id, &owner, revision});
  } else {
    at = oldest_;
    oldest_ = (oldest_ + 1) % capacity_;
    if (auto slot = slot_of(places_[at].id); all.place(table_[slot]) == at) // it was not written again
      erase(slot);
    places_[at] = {id, &owner, revision};
  }
  table_[slot_of(id)] = all.make(std::hash<uuid>{}(id), at);
}

std::optional<std::int64_t> recent_ids::find(const uuid& id, const stream& owner) const {
  auto found = table_.empty() ? 0 : table_[slot_of(id)];
  if (found == 0)
    return std::nullopt;
  auto& last = places_[entries{capacity_}.place(found)];
  return last.owner == &owner ? std::optional{last.revision} : std::nullopt;
}

// Where the id is, or would be.
std::size_t recent_ids::slot_of(const uuid& id) const {
  const entries all{capacity_};
  auto hash = std::hash<uuid>{}(id);
  auto slot = home(id);
  while (table_[slot] != 0 && !(all.may_be(table_[slot], hash) && places_[all.place(table_[slot])].id == id))
    slot = next(slot);
  return slot;
}

// Moves those behind it that would not be found over a gap.
void recent_ids::erase(std::size_t slot) {
  const entries all{capacity_};
  auto distance = [this](std::size_t from, std::size_t to) { return (to - from) & (table_.size() - 1); };
  for (auto other = next(slot); table_[other] != 0; other = next(other)) {
    if (distance(home(places_[all.place(table_[other])].id), other) < distance(slot, other))
      continue;
    table_[slot] = table_[other];
    slot = other;
  }
  table_[slot] = 0;
}

void recent_ids::grow() {
  const entries all{capacity_};
  auto size = std::max<std::size_t>(table_.size() * 2, 1024);
  shift_ = 64 - std::countr_zero(size);
  table_.assign(size, 0);
  for (std::size_t i = 0; i < places_.size(); ++i)
    table_[slot_of(places_[i].id)] = all.make(std::hash<uuid>{}(places_[i].id), i);
}

} // namespace kdb::inline v0::development
