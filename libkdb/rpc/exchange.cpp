#include <rpc/exchange.hpp>

#include <limits>

namespace kdb::rpc {

exchange::exchange(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, wire::request_kind kind,
                   exchange_handler done)
  : stream_call{std::move(engine), std::move(lease), settings}, kind_{kind}, done_{std::move(done)} {
  allow(std::numeric_limits<std::ptrdiff_t>::max());
}

result<void> exchange::on_message(const grpc::ByteBuffer& message) {
  answers_.emplace_back(message.Length(), '\0');
  copy_bytes(message, answers_.back().data());
  return {};
}

void exchange::on_end(result<void> how) {
  if (how)
    done_(std::move(answers_));
  else
    done_(tl::unexpected{std::move(how.error())});
  done_ = {};
}

} // namespace kdb::rpc
