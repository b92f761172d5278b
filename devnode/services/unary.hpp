#pragma once

#include "rpc/call.hpp"
#include "services/errors.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace kdb::development {

/// A handler of a call with one request and, when the client has ended its side, one reply: `Answer` maps a Request to a reply or to a status.
template <class Request, class Reply, class Answer>
std::unique_ptr<rpc::handler> unary(rpc::call& call, Answer answer) {
  class unary_call : public rpc::handler {
  public:
    unary_call(rpc::call& on, Answer to) : call_{on}, answer_{std::move(to)} {}

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
      std::variant<Reply, rpc::status> reply = answer_(*request_);
      if (auto failure = std::get_if<rpc::status>(&reply))
        return call_.finish(std::move(*failure));
      call_.write_and_finish(rpc::outgoing{std::get<Reply>(reply)});
    }

  private:
    rpc::call& call_;
    Answer answer_;
    std::optional<Request> request_;
    bool well_formed_ = false;
  };
  return std::make_unique<unary_call>(call, std::move(answer));
}

} // namespace kdb::development
