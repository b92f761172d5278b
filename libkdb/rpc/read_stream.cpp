#include <rpc/read_stream.hpp>

namespace kdb::rpc {

result<void> read_stream::on_message(const grpc::ByteBuffer& message) {
  const auto bytes = builder_.reserve(message.Length());
  copy_bytes(message, bytes.data());
  auto understood = builder_.add(bytes);
  if (!understood)
    return tl::unexpected{std::move(understood.error())};
  if (const auto* missing = std::get_if<wire::stream_missing>(&*understood))
    return failure({.code = errc::stream_not_found,
                    .message = "stream '" + missing->stream + "' does not exist, or is deleted",
                    .detail = stream_name{missing->stream}});
  if (auto* confirmed = std::get_if<wire::subscription_confirmed>(&*understood))
    handlers_.confirmed(std::move(confirmed->id));
  if (builder_.size() >= batch_items || builder_.bytes() >= batch_bytes)
    deliver();
  else if (!builder_.empty())
    flush_later();
  return {};
}

void read_stream::on_flush() {
  if (!builder_.empty())
    deliver();
}

void read_stream::on_end(result<void> how) {
  on_flush();
  handlers_.ended(std::move(how));
  handlers_ = {};
}

void read_stream::deliver() {
  handlers_.batch(builder_.take());
  spend();
}

} // namespace kdb::rpc
