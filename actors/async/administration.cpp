// SPDX-License-Identifier: Apache-2.0
#include "actors/async/ask.hpp"

// The Asio client's operations of administration.
namespace kdb::inline v0::detail {

#define KDB_X(request) template void async_core::ask(request, completion_ptr<request::answer>) const;
KDB_ADMINISTRATION_CALLS(KDB_X)
#undef KDB_X

} // namespace kdb::inline v0::detail
