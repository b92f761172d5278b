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

} // namespace

void client_state::on_call(std::unique_ptr<call_job> job) {
  if (closing) {
    const auto cause = closed_error();
    job->seen.ends(cause);
    self->make_response_promise().deliver(to_caf(cause));
    return;
  }
  any_caf::delegate(self, management, run_call{std::move(job)});
}

caf::message_handler client_state::call_handlers() {
  caf::message_handler all;
  // One behavior each: the compiler takes long for one with all of them.
#define KDB_X(request_type)                                                                                                      \
  all = all.or_else(caf::message_handler{[this](request_type& request) {                                                         \
    on_call(std::make_unique<actors_job<request_type>>(request, begin_call(context->signals, request), untyped_client{self}));   \
  }});
  KDB_CALLS(KDB_X)
#undef KDB_X
  return all;
}

} // namespace kdb::inline v0
