// SPDX-License-Identifier: Apache-2.0
#include "actors/client/client.hpp"
#include "actors/runtime/observed_call.hpp"

#include <memory>
#include <utility>

// The client's handlers of operations that are one call, all made from the list of operations.
namespace kdb::inline v0 {

namespace {

template <class Answer>
void deliver(caf::response_promise& to, result<Answer> answer) {
  if (!answer)
    to.deliver(to_caf(std::move(answer.error())));
  else if constexpr (std::is_void_v<Answer>)
    to.deliver(caf::unit);
  else
    to.deliver(std::move(*answer));
}

} // namespace

template <class Request>
caf::result<answer_of<Request>> client_state::on_call(Request& request) {
  if (closing)
    return to_caf(closed_error());
  // The request is checked and encoded in the other actor: large ones take their time, and this one serves everybody.
  const auto plan = std::make_shared<wire::call_plan>();
  auto seen = begin_call(context->signals, request);
  auto prepare = [plan, seen, request = std::move(request)]() mutable {
    mark(seen, request);
    return wire::prepare(std::move(request)).transform([&](wire::call_plan prepared) { *plan = std::move(prepared); });
  };
  // A host may let go of its handle while it waits: the call keeps the client.
  const auto finish = [plan, seen, client = client_actor{self}](caf::response_promise& to, result<wire::message_list> outcome) {
    deliver(to, decode_observed<Request>(*plan, seen, std::move(outcome)));
  };
  self->delegate(management, run_call{plan, finish, std::move(prepare), seen});
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
