// SPDX-License-Identifier: Apache-2.0
#include "actors/client/actors_job.hpp"

// The client's handlers of operations of administration that are one call, made from the list of operations.
namespace kdb::inline v0 {

caf::message_handler client_state::administration_handlers() {
  caf::message_handler all;
#define KDB_X(request) all = all.or_else(handler_of<request>(*this));
  KDB_ADMINISTRATION_CALLS(KDB_X)
#undef KDB_X
  return all;
}

} // namespace kdb::inline v0
