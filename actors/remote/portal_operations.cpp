// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/portal.hpp"

// The handlers of a portal, all made from the list of operations.
namespace kdb::inline v0::remote {

caf::message_handler portal_state::operation_handlers() {
  // One behavior each: the compiler takes long for one with all of them.
  caf::message_handler all;
#define KDB_X(request_type)                                                                                                      \
  all = all.or_else(caf::message_handler{[this](request_type& request) { return on_operation(#request_type, request); }});
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
  return all;
}

} // namespace kdb::inline v0::remote
