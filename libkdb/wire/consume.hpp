// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kdb/consume.hpp>
#include <kdb/result.hpp>

#include "libkdb/wire/batch_builder.hpp"

// Values to and from the messages of a consumer's call: PersistentSubscriptions.Read.
namespace kdb::inline v0::wire {

struct consume_request {
  group_name group;
  std::uint32_t buffer = 10;
};

/// The first message of the call.
std::string encode(const consume_request& request);

/// At most that many ids go into one message.
inline constexpr std::size_t ids_in_a_message = 2000;

/// The same answer for all these events, in as many messages as it takes.
std::vector<std::string> encode_answer(std::span<const uuid> ids, const outcome& answer);

/// What a call brought: a batch of nothing but events, and how often each was handed out before.
struct consumed_events {
  event_batch events;
  std::vector<std::uint32_t> retries;
};

/// Builds batches from the serialised `ReadResp` messages of a consumer's call, as `batch_builder` does for those of reads.
class consumed_builder {
public:
  consumed_builder();
  ~consumed_builder();
  consumed_builder(consumed_builder&&) noexcept;
  consumed_builder& operator=(consumed_builder&&) noexcept;

  /// Memory for the bytes of the next message. Pass it, filled, to `add`.
  std::span<char> reserve(std::size_t size);
  /// Never answers `stream_missing`. An error leaves the batch as it was.
  result<read_message> add(std::span<const char> message);

  std::size_t size() const { return retries_.size(); }
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return retries_.empty(); }

  /// Hands out what was added and starts an empty batch.
  consumed_events take();

private:
  std::unique_ptr<batch_storage> storage_;
  std::vector<std::uint32_t> retries_;
  std::size_t bytes_ = 0;
};

} // namespace kdb::inline v0::wire
