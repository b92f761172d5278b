// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/unary_call.hpp"

#include <utility>

#include "libkdb/rpc/handshake_verdict.hpp"

namespace kdb::inline v0::rpc {

namespace {

/// Whether anything came back. Only then does gRPC know the peer's address; before that it names the target. The request may have reached
/// the server all the same.
bool heard_of_server(const grpc::ClientContext& context) {
  const auto peer = context.peer();
  return peer.starts_with("ipv4:") || peer.starts_with("ipv6:");
}

} // namespace

unary_call::unary_call(std::shared_ptr<engine> engine, channel_lease lease, const call_settings& settings,
                       wire::request_kind kind, exchange_handler done, failure_inspector_ptr inspect)
  : engine_{std::move(engine)}, lease_{std::move(lease)}, answer_expected_{lease_->pool()->pulse()},
    held_{lease_->pool()->held()}, kind_{kind}, done_{std::move(done)}, inspect_{std::move(inspect)} {
  prepare(context_, settings);
}

void unary_call::start(std::string_view method, std::string message) {
  if (!engine_->add(shared_from_this())) {
    std::exchange(done_, {})(unexpected(errc::closed, "the client is closed"));
    return;
  }
  held_.add(static_cast<std::int64_t>(message.size()));
  const auto request = to_buffer(std::move(message));
  reader_ = grpc::GenericStub{lease_->channel()}.PrepareUnaryCall(&context_, std::string{method}, request, &engine_->queue());
  answer_expected_.set(true);
  reader_->StartCall();
  reader_->Finish(&answer_, &status_, static_cast<operation*>(this));
}

void unary_call::cancel() {
  context_.TryCancel();
}

void unary_call::complete(bool) {
  answer_expected_.set(false);
  held_.release();
  lease_.reset();
  auto done = std::exchange(done_, {});
  if (!status_.ok()) {
    const auto status = lost() ? *lost() : to_call_status(status_, context_);
    auto cause = wire::to_error(status, kind_);
    if (status.source == wire::status_source::server)
      answer_expected_.heard();
    const auto heard = heard_of_server(context_) || status.is_http_answer(); // Which leaves the peer unset.
    if (inspect_ && !heard && !lost() && cause.code == errc::unavailable && !says_unreachable(cause.message))
      (*inspect_)(std::move(cause), std::move(done));
    else
      done(unexpected{std::move(cause)});
  } else {
    answer_expected_.heard();
    std::vector<std::string> answers;
    if (answer_.Valid()) {
      answers.emplace_back(answer_.Length(), '\0');
      copy_bytes(answer_, answers.back().data());
    }
    done(std::move(answers));
  }
  engine_->remove(shared_from_this());
}

} // namespace kdb::inline v0::rpc
