// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include <kdb/event_batch.hpp>
#include <kdb/result.hpp>

namespace kdb::inline v0::wire {

/// The server confirmed a subscription.
struct subscription_confirmed {
  std::string id;
};

/// The stream that was to be read does not exist.
struct stream_missing {
  std::string stream;
};

/// The message became an item of the batch.
struct item_added {
  /// Set if the item says that the subscription has caught up (true), or that it has fallen behind (false).
  std::optional<bool> live{};
};

/// A message of a kind this version does not know. Newer servers may send them; they are skipped.
struct unknown_message {};

using read_message = std::variant<item_added, subscription_confirmed, stream_missing, unknown_message>;

/// Builds the batches of one read or subscription from serialised `ReadResp` messages, without an object per field: the message's
/// bytes are copied once, into memory that the batch owns, and parsed in place into views.
///
/// Messages are checked as they come: wrong wire types, lengths beyond the end, missing ids and the like are `protocol_error` and
/// leave the batch as it was. Not safe for use by several threads at once.
class batch_builder {
public:
  batch_builder();
  ~batch_builder();
  batch_builder(batch_builder&&) noexcept;
  batch_builder& operator=(batch_builder&&) noexcept;

  /// Memory for the bytes of the next message, owned by the batch under construction. Pass it, filled, to `add`.
  std::span<char> reserve(std::size_t size);
  /// Parses the message in memory from `reserve`.
  result<read_message> add(std::span<const char> message);

  /// Number of items so far.
  std::size_t size() const;
  /// Bytes of messages so far.
  std::size_t bytes() const;
  bool empty() const { return size() == 0; }

  /// Hands out what was added and starts an empty batch.
  event_batch take();

private:
  std::unique_ptr<batch_storage> storage_;
  std::size_t bytes_ = 0;
};

} // namespace kdb::inline v0::wire
