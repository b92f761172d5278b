// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/exchange.hpp"

#include <cstdint>
#include <limits>

namespace kdb::inline v0::rpc {

namespace {

/// No list that is asked for at once is as long as that.
constexpr std::uint64_t most_bytes = 64ull << 20;

} // namespace

exchange::exchange(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings, wire::request_kind kind,
                   exchange_handler done)
  : stream_call{std::move(engine), std::move(lease), settings}, kind_{kind},
    first_answer_{settings.first_answer}, done_{std::move(done)} {
  allow(std::numeric_limits<std::ptrdiff_t>::max());
}

result<void> exchange::on_message(const grpc::ByteBuffer& message) {
  note_answer();
  bytes_ += sizeof(std::string) + message.Length(); // Small messages take room, too.
  if (bytes_ > most_bytes) {
    answers_ = {};
    return unexpected(error{.code = errc::read_too_large,
                            .message = "the server's answer does not end",
                            .detail = size_limit{.limit = most_bytes, .actual = bytes_, .event_id = {}}});
  }
  note_received(bytes_);
  answers_.emplace_back(message.Length(), '\0');
  copy_bytes(message, answers_.back().data());
  if (first_answer_)
    cancel();
  return {};
}

void exchange::on_end(result<void> outcome) {
  if (outcome || (first_answer_ && !answers_.empty()))
    done_(std::move(answers_));
  else
    done_(unexpected{std::move(outcome.error())});
  done_ = {};
}

} // namespace kdb::inline v0::rpc
