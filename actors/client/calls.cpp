// SPDX-License-Identifier: Apache-2.0
#include "actors/client/client.hpp"
#include "actors/runtime/observed_call.hpp"

#include <memory>
#include <utility>

// The client's handlers of operations that are one call, all made from the list of operations.
namespace kdb::inline v0 {

namespace {

/// What an actor asked for. Management checks and encodes it: large requests take their time, and the client serves everybody.
template <class Request>
class actors_job final : public call_job {
public:
  actors_job(Request& request, observation begun, client_actor client)
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
      to.deliver(caf::unit);
    else
      to.deliver(std::move(*answer));
  }

private:
  Request request_;
  client_actor client_; // A host may let go of its handle while it waits: the call keeps the client.
};

} // namespace

template <class Request>
caf::result<answer_of<Request>> client_state::on_call(Request& request) {
  if (closing)
    return to_caf(closed_error());
  auto seen = begin_call(context->signals, request);
  any_caf::delegate(self, management,
                    run_call{std::make_shared<actors_job<Request>>(request, std::move(seen), client_actor{self})});
  return caf::delegated<answer_of<Request>>{};
}

caf::message_handler client_state::call_handlers() {
  return {
#define KDB_X(request_type) [this](request_type& request) { return on_call(request); },
    KDB_CALLS(KDB_X)
#undef KDB_X
  };
}

} // namespace kdb::inline v0
