// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_batch.hpp>

#include <string>
#include <utility>

#include "libkdb/wire/batch_storage.hpp"

namespace kdb::inline v0 {

event_batch::event_batch(std::shared_ptr<const batch_storage> storage) : storage_{std::move(storage)} {
  if (storage_ == nullptr)
    return;
  first_ = storage_->items().data();
  last_ = first_ + storage_->items().size();
}

void stream_bounds::merge(const stream_bounds& later) {
  if (later.first)
    first = later.first;
  if (later.last)
    last = later.last;
  if (later.last_in_all)
    last_in_all = later.last_in_all;
}

stream_bounds event_batch::bounds() const {
  stream_bounds known;
  for (const auto& item : *this)
    if (const auto* told = std::get_if<stream_bounds>(&item))
      known.merge(*told);
  return known;
}

std::size_t event_batch::byte_size() const {
  return storage_ == nullptr ? 0 : storage_->byte_size();
}

std::string to_string(const event_batch& batch) {
  return std::to_string(batch.size()) + " items, " + std::to_string(batch.byte_size()) + " bytes";
}

} // namespace kdb::inline v0
