// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/read_stream.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kdb::inline v0::rpc {

void read_stream::request(std::size_t batches) {
  allow(batches);
  std::lock_guard lock{mutex_};
  outstanding_ -= std::min(outstanding_, batches);
  deliver_in_time();
}

result<void> read_stream::on_message(const grpc::ByteBuffer& message) {
  std::lock_guard lock{mutex_};
  const auto bytes = builder_.reserve(message.Length());
  copy_bytes(message, bytes.data());
  auto understood = builder_.add(bytes);
  if (!understood)
    return unexpected{std::move(understood.error())};
  note_received(builder_.bytes());
  if (const auto* missing = std::get_if<wire::stream_missing>(&*understood))
    return unexpected({.code = errc::stream_not_found,
                       .message = "stream '" + missing->stream + "' does not exist, or is deleted",
                       .detail = stream_name{missing->stream}});
  if (!std::holds_alternative<wire::unknown_message>(*understood))
    note_answer();
  if (const auto* added = std::get_if<wire::item_added>(&*understood); added && added->live)
    pace_.follows_live(*added->live);
  // Once is enough: further ones would pile up at the receiver, who sets no limit to them.
  if (auto* confirmed = std::get_if<wire::subscription_confirmed>(&*understood); confirmed && !std::exchange(confirmed_, true))
    handlers_.confirmed(std::move(confirmed->id));
  if (builder_.size() >= batch_items || builder_.bytes() >= batch_bytes)
    deliver();
  else if (!builder_.empty())
    flush_later();
  return {};
}

void read_stream::on_flush() {
  std::lock_guard lock{mutex_};
  deliver_in_time();
}

void read_stream::on_end(result<void> outcome) {
  std::lock_guard lock{mutex_};
  if (!builder_.empty())
    deliver();
  handlers_.ended(std::move(outcome));
  handlers_ = {};
}

void read_stream::deliver_in_time() {
  if (outstanding_ == 0 && !builder_.empty() && is_due(pace_.due(builder_.size())))
    deliver();
}

void read_stream::deliver() {
  pace_.handed_over(builder_.size(), std::chrono::steady_clock::now());
  note_received(0);
  handlers_.batch(builder_.take());
  ++outstanding_;
  spend();
}

} // namespace kdb::inline v0::rpc
