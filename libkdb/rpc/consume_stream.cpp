// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/consume_stream.hpp"

#include <chrono>
#include <utility>

namespace kdb::inline v0::rpc {

void consume_stream::request(std::size_t events) {
  if (events > 0)
    allow(events);
  std::lock_guard lock{mutex_};
  busy_ = false;
  deliver_in_time();
}

result<void> consume_stream::on_message(const grpc::ByteBuffer& message) {
  std::lock_guard lock{mutex_};
  const auto bytes = builder_.reserve(message.Length());
  copy_bytes(message, bytes.data());
  auto understood = builder_.add(bytes);
  if (!understood)
    return unexpected{std::move(understood.error())};
  note_received(builder_.bytes());
  if (!std::holds_alternative<wire::unknown_message>(*understood))
    note_answer();
  if (auto* confirmed = std::get_if<wire::subscription_confirmed>(&*understood); confirmed && !std::exchange(confirmed_, true))
    handlers_.confirmed(std::move(confirmed->id));
  if (!std::holds_alternative<wire::item_added>(*understood))
    return {};
  spend();
  if (builder_.size() >= batch_items || builder_.bytes() >= batch_bytes)
    deliver();
  else
    flush_later();
  return {};
}

void consume_stream::on_flush() {
  std::lock_guard lock{mutex_};
  deliver_in_time();
}

void consume_stream::on_end(result<void> outcome) {
  std::lock_guard lock{mutex_};
  // What has not been handed on is handed out again by the server: nobody could answer it any more.
  handlers_.ended(std::move(outcome));
  handlers_ = {};
}

void consume_stream::deliver_in_time() {
  if (!busy_ && !builder_.empty() && (!may_read() || is_due(pace_.due(builder_.size()))))
    deliver();
}

void consume_stream::deliver() {
  busy_ = true;
  pace_.handed_over(builder_.size(), std::chrono::steady_clock::now());
  note_received(0);
  if (handlers_.batch)
    handlers_.batch(builder_.take());
}

} // namespace kdb::inline v0::rpc
