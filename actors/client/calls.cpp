// SPDX-License-Identifier: Apache-2.0
#include "actors/client/actors_job.hpp"

// The client's handlers of operations on streams and groups that are one call, made from the list of operations.
namespace kdb::inline v0 {

void client_state::on_call(std::unique_ptr<call_job> job) {
  if (closing) {
    const auto cause = closed_error();
    job->seen.ends(cause);
    self->make_response_promise().deliver(to_caf(cause));
    return;
  }
  any_caf::delegate(self, management, run_call{std::move(job)});
}

caf::message_handler client_state::stream_handlers() {
  // One behavior each: the compiler takes long for one with all of them.
  caf::message_handler all;
#define KDB_X(request) all = all.or_else(handler_of<request>(*this));
  KDB_STREAM_CALLS(KDB_X)
#undef KDB_X
  return all;
}

} // namespace kdb::inline v0
