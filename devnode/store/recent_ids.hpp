// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

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
    const stream* owner;
    std::int64_t revision;
    std::uint64_t written; // which entry of order_ is the last of this id
  };

  std::size_t capacity_;
  std::unordered_map<uuid, place> places_;
  std::deque<uuid> order_;
  std::uint64_t forgotten_ = 0;
};

} // namespace kdb::inline v0::development
