// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/gate.hpp"

#include "devnode/services/node.hpp"

#include <optional>
#include <utility>

namespace kdb::inline v0::development {
namespace {

class guarded_call : public rpc::handler {
public:
  guarded_call(node& serving, rpc::call& call, demand wanted, bool streams, std::unique_ptr<rpc::handler> behind)
    : node_{serving}, call_{call}, wanted_{wanted}, streams_{streams}, behind_{std::move(behind)} {}

  void start() override { behind_->start(); }

  void received(rpc::incoming& message) override {
    if (!std::exchange(asked_, true) && streams_) {
      auto decided = decide();
      if (decided != admission::serve)
        return call_.finish(refusal(node_.place, wanted_, decided));
    }
    behind_->received(message);
  }

  void half_closed() override {
    // A call without a request is wrong wherever it goes.
    auto decided = streams_ || !asked_ ? admission::serve : decide();
    if (decided == admission::serve)
      return behind_->half_closed();
    if (decided == admission::silence) // its client's time ends it, or the node does
      return;
    if (decided != admission::hang)
      return call_.finish(refusal(node_.place, wanted_, decided));
    // How it ends is told now: meanwhile the node may have a leader that answers, but the call has gone to another one.
    timeout_.emplace(call_.on(), node_.place.forwarding_timeout,
                     [this, end = refusal(node_.place, wanted_, decided)] { call_.finish(end); });
  }

  void headers_sent() override { behind_->headers_sent(); }
  void writable() override { behind_->writable(); }

  void drain(const rpc::status& end) override {
    if (streams_ || (wanted_ == demand::leading_v2 && !timeout_))
      call_.finish(end);
    else
      behind_->drain(end);
  }

private:
  admission decide() const { return admit(node_.place, wanted_, requires_leader(call_)); }

  node& node_;
  rpc::call& call_;
  demand wanted_;
  bool streams_;
  bool asked_ = false;
  std::unique_ptr<rpc::handler> behind_;
  std::optional<rpc::timer> timeout_;
};

class refused_call : public rpc::handler {
public:
  refused_call(rpc::call& call, rpc::status refusal, bool at_once) : call_{call}, why_{std::move(refusal)}, at_once_{at_once} {}

  void start() override {
    if (at_once_)
      return call_.finish(why_);
    call_.read();
  }

  void received(rpc::incoming&) override {
    if (std::exchange(asked_, true))
      return call_.finish(why_);
    call_.read();
  }

  // A call that is answered before its client has ended its side is reset, and some clients then lose the answer.
  void half_closed() override { call_.finish(why_); }

private:
  rpc::call& call_;
  const rpc::status why_;
  const bool at_once_;
  bool asked_ = false;
};

} // namespace

std::unique_ptr<rpc::handler> refused(rpc::call& call, rpc::status refusal, bool at_once) {
  return std::make_unique<refused_call>(call, std::move(refusal), at_once);
}

std::shared_ptr<const caller> caller_of(node& serving, const rpc::call& call) {
  return serving.access.identify(call.header("authorization")).who;
}

std::unique_ptr<rpc::handler> guarded(node& serving, rpc::call& call, demand wanted, bool streams,
                                      std::unique_ptr<rpc::handler> handler) {
  return std::make_unique<guarded_call>(serving, call, wanted, streams, std::move(handler));
}

bool requires_leader(const rpc::call& call) {
  return means_required(call.header("requires-leader"));
}

} // namespace kdb::inline v0::development
