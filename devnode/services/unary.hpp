// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/durability.hpp"
#include "devnode/services/errors.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace kdb::inline v0::development {

/// A handler of a call with one request and, when the client has ended its side, one reply: `Answer` maps a Request to a reply or to a status,
/// or to nothing: then the call is never answered.
/// With `writes` the reply waits until what was written is durable.
template <class Request, class Reply, class Answer>
std::unique_ptr<rpc::handler> unary(rpc::call& call, Answer answer, durability* writes = nullptr) {
  class unary_call : public rpc::handler {
  public:
    unary_call(rpc::call& on, Answer to, durability* wait_for) : call_{on}, answer_{std::move(to)} {
      if (wait_for)
        writes_.emplace(*wait_for, on);
    }

    void start() override { call_.read(); }

    void received(rpc::incoming& message) override {
      if (request_)
        return call_.finish(errors::invalid_argument("The call has one request."));
      well_formed_ = message.parse(request_.emplace());
      call_.read();
    }

    // Not earlier: a call that is answered before its client has ended its side is reset, and some clients then lose the answer.
    void half_closed() override {
      if (!request_)
        return call_.finish(errors::handler_exception());
      if (!well_formed_)
        return call_.finish(errors::invalid_argument("The request is malformed."));
      reply_ = answer_(*request_);
      if (!reply_)
        return;
      if (writes_)
        writes_->then([this] { send(); });
      else
        send();
    }

  private:
    void send() {
      if (auto failure = std::get_if<rpc::status>(&*reply_))
        return call_.finish(std::move(*failure));
      call_.write_and_finish(rpc::outgoing{std::get<Reply>(*reply_)});
    }

    rpc::call& call_;
    Answer answer_;
    std::optional<Request> request_;
    std::optional<std::variant<Reply, rpc::status>> reply_;
    std::optional<durable_replies> writes_;
    bool well_formed_ = false;
  };
  return std::make_unique<unary_call>(call, std::move(answer), writes);
}

} // namespace kdb::inline v0::development
