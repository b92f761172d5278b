// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "actors/client/client.hpp"
#include "actors/runtime/observed_call.hpp"

namespace kdb::inline v0 {

/// What an actor asked for. Management checks and encodes it: large requests take their time, and the client serves everybody.
template <class Request>
class actors_job final : public call_job {
public:
  actors_job(Request& request, observation begun, untyped_client client)
    : call_job{{}, std::move(begun)}, request_{std::move(request)}, client_{std::move(client)} {}

  result<void> prepare() override {
    mark(seen, request_);
    return wire::prepare(std::move(request_)).transform([this](wire::call_plan prepared) { plan = std::move(prepared); });
  }

  void deliver(caf::response_promise& to, result<wire::message_list> outcome) override {
    auto answer = decode_observed<Request>(*this, std::move(outcome));
    if (!answer)
      to.deliver(to_caf(std::move(answer.error())));
    else if constexpr (std::is_void_v<answer_of<Request>>)
      any_caf::deliver_nothing(to);
    else
      to.deliver(std::move(*answer));
  }

private:
  Request request_;
  untyped_client client_; // A host may let go of its handle while it waits: the call keeps the client.
};

/// The client's handler of an operation that is one call.
template <class Request>
caf::message_handler handler_of(client_state& client) {
  return {[&client](Request& request) {
    client.on_call(
      std::make_unique<actors_job<Request>>(request, begin_call(client.context->signals, request), untyped_client{client.self}));
  }};
}

} // namespace kdb::inline v0
