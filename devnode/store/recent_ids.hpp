// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace kdb::inline v0::development {

struct stream;

/// The ids of the events written lately, by which an append with `any` is known to be a repetition. Of an id that was written more
/// than once only the last place is kept, as on a server.
class recent_ids {
public:
  explicit recent_ids(std::size_t capacity) : capacity_{capacity} {}

  void remember(const uuid& id, const stream& owner, std::int64_t revision);

  /// Returns the revision of the event with this id if it is in `owner`.
  std::optional<std::int64_t> find(const uuid& id, const stream& owner) const;

private:
  struct place {
    uuid id;
    const stream* owner;
    std::int64_t revision;
  };
  using number = std::uint32_t; // of a place; 0 for none

  std::size_t home(const uuid& id) const { return std::hash<uuid>{}(id) >> shift_; }
  std::size_t next(std::size_t slot) const { return (slot + 1) & (table_.size() - 1); } // its size is a power of two
  std::size_t slot_of(const uuid& id) const;
  void erase(std::size_t slot);
  void grow();

  // The places in the order they were written, a ring when it is full, and a hash table of the last place of each id, at most half full, with linear
  // probing: nothing is allocated for an id.
  std::size_t capacity_;
  std::vector<place> places_;
  std::size_t oldest_ = 0;
  std::vector<number> table_;
  int shift_ = 64;
};

} // namespace kdb::inline v0::development
