// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/services/errors.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

namespace kdb::inline v0::development {

/// A handler of a call with one request and, when the client has ended its side, several replies: `Answer` maps a Request to them or to a status.
template <class Request, class Reply, class Answer>
std::unique_ptr<rpc::handler> listing(rpc::call& call, Answer answer) {
  class listing_call : public rpc::handler {
  public:
    listing_call(rpc::call& on, Answer to) : call_{on}, answer_{std::move(to)} {}

    void start() override { call_.read(); }

    void received(rpc::incoming& message) override {
      if (std::exchange(asked_, true))
        return call_.finish(errors::invalid_argument("The call has one request."));
      if (!message.parse(request_))
        return call_.finish(errors::invalid_argument("The request is malformed."));
      call_.read();
    }

    void half_closed() override {
      if (!asked_)
        return call_.finish(errors::handler_exception());
      std::variant<std::deque<Reply>, rpc::status> result = answer_(request_);
      if (auto failure = std::get_if<rpc::status>(&result))
        return call_.finish(std::move(*failure));
      replies_ = std::get<std::deque<Reply>>(std::move(result));
      writable();
    }

    void writable() override {
      if (replies_.empty())
        return call_.finish({});
      rpc::outgoing message{replies_.front()};
      replies_.pop_front();
      call_.write(message, true);
    }

  private:
    rpc::call& call_;
    Answer answer_;
    Request request_;
    std::deque<Reply> replies_;
    bool asked_ = false;
  };
  return std::make_unique<listing_call>(call, std::move(answer));
}

} // namespace kdb::inline v0::development
