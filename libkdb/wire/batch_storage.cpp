// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/batch_storage.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

namespace kdb::inline v0 {

namespace {

constexpr std::size_t standard_chunk = 64 << 10;
// For subscriptions that are live: a batch of a few events must not hold memory for a hundred.
constexpr std::size_t small_chunk = 4 << 10;
constexpr std::size_t most_expected_items = 1024;

// Recycled memory would hide a view that outlived its batch from the address sanitizer.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KDB_NO_SPARE_CHUNKS
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(KDB_NO_SPARE_CHUNKS)
constexpr std::size_t most_spare_chunks = 0;
#else
constexpr std::size_t most_spare_chunks = 64;
#endif

/// Standard chunks that wait for the next batch. A batch dies on another thread than the one that builds the next; going through
/// the allocator would cost a page fault for each of its pages.
class spare_chunks {
public:
  std::byte* take() {
    const std::lock_guard guard{lock_};
    return count_ == 0 ? nullptr : chunks_[--count_];
  }
  bool put(std::byte* chunk) {
    const std::lock_guard guard{lock_};
    if (count_ == most_spare_chunks)
      return false;
    chunks_[count_++] = chunk;
    return true;
  }

private:
  std::mutex lock_;
  std::array<std::byte*, std::max<std::size_t>(most_spare_chunks, 1)> chunks_{};
  std::size_t count_ = 0;
};

spare_chunks& spares() {
  // Never destroyed: batches may outlive everything.
  static auto* all = new spare_chunks;
  return *all;
}

std::byte* acquire(std::size_t size) {
  if (size == standard_chunk)
    if (auto* spare = spares().take())
      return spare;
  return static_cast<std::byte*>(::operator new(size));
}

void dispose(std::byte* chunk, std::size_t size) {
  if (size != standard_chunk || !spares().put(chunk))
    ::operator delete(chunk);
}

} // namespace

batch_storage::~batch_storage() {
  for (const auto& each : chunks_)
    dispose(each.begin, each.size);
}

std::span<char> batch_storage::reserve(std::size_t size) {
  release_reserved();
  const auto chunks = chunks_.size();
  auto* begin = allocate(size, 1);
  reserved_ = begin;
  reserved_size_ = size;
  reserved_alone_ = chunks_.size() != chunks && begin + size != at_;
  return {reinterpret_cast<char*>(begin), size};
}

void batch_storage::release_reserved() {
  if (reserved_ == nullptr)
    return;
  if (reserved_alone_) {
    chunk_bytes_ -= chunks_.back().size;
    dispose(chunks_.back().begin, chunks_.back().size);
    chunks_.pop_back();
  } else {
    at_ = reserved_;
  }
  used_ -= reserved_size_;
  reserved_ = nullptr;
}

const recorded_event* batch_storage::keep(recorded_event&& event) {
  reserved_ = nullptr;
  return new (allocate(sizeof(event), alignof(recorded_event))) recorded_event(std::move(event));
}

void batch_storage::push(batch_item item) {
  if (items_.capacity() == 0)
    items_.reserve(std::clamp<std::size_t>(expected_.items, 4, most_expected_items));
  items_.push_back(std::move(item));
}

std::byte* batch_storage::allocate(std::size_t size, std::size_t alignment) {
  used_ += size;
  const auto padding = -reinterpret_cast<std::uintptr_t>(at_) & (alignment - 1);
  if (at_ != nullptr && size + padding <= static_cast<std::size_t>(end_ - at_)) {
    auto* begin = at_ + padding;
    at_ = begin + size;
    return begin;
  }
  // What is large travels alone, so that the rest of the chunk in use is not lost.
  if (size > standard_chunk / 2)
    return add_chunk(size);
  const auto first = chunks_.empty() && std::max(expected_.bytes, size) <= small_chunk;
  const auto chunk_size = first ? small_chunk : standard_chunk;
  auto* begin = add_chunk(chunk_size);
  at_ = begin + size;
  end_ = begin + chunk_size;
  return begin;
}

std::byte* batch_storage::add_chunk(std::size_t size) {
  chunks_.push_back({nullptr, 0});
  chunks_.back() = {acquire(size), size};
  chunk_bytes_ += size;
  return chunks_.back().begin;
}

} // namespace kdb::inline v0
