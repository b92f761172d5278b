// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/append_stream.hpp"

#include <limits>

namespace kdb::inline v0::rpc {

append_stream::append_stream(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings,
                             append_handlers handlers)
  : stream_call{std::move(engine), std::move(lease), settings}, handlers_{std::move(handlers)} {
  // Replies are bounded by the appends: they need no demand of their own.
  allow(std::numeric_limits<std::ptrdiff_t>::max());
}

void append_stream::write_chunks(std::vector<std::string>& chunks, std::size_t appends) {
  chunks_ += chunks.size();
  appends_ += appends;
  note_owed();
  write(chunks);
}

result<void> append_stream::on_message(const grpc::ByteBuffer& message) {
  note_answer();
  if (++replied_ > replies_for_each * chunks_ + spare_replies)
    return unexpected(
      {.code = errc::protocol_error, .message = "the server answers more appends than the client sent", .outcome_unknown = true});
  std::string bytes(message.Length(), '\0');
  copy_bytes(message, bytes.data());
  auto reply = wire::decode_batch_append(bytes);
  if (!reply)
    return unexpected{std::move(reply.error())};
  replies_.push_back(std::move(*reply));
  if (replies_.size() >= replies_at_once)
    on_flush();
  else
    flush_later();
  return {};
}

void append_stream::on_flush() {
  if (!replies_.empty())
    handlers_.replies(std::exchange(replies_, {}));
}

void append_stream::on_end(result<void> outcome) {
  on_flush();
  handlers_.ended(std::move(outcome));
  handlers_ = {};
}

} // namespace kdb::inline v0::rpc
