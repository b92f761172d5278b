// SPDX-License-Identifier: Apache-2.0

// A program that uses all operations of both plain clients. toolchains.py compiles it with each compiler: templates in headers fail where they
// are used.

#include <kdb/async_client.hpp>
#include <kdb/client.hpp>

namespace {

template <class Request>
void ask(const kdb::client& blocking, const kdb::async_client& async) {
  static_cast<void>(blocking.ask(Request{}));
  auto done = [](const auto&) {};
  async.ask(Request{}, done);
  // Boost 1.74 has no cancellation slots; with later versions the Asio client asks this.
  static_assert(kdb::detail::has_call<Request> || !kdb::detail::is_call<Request>);
}

} // namespace

void ask_everything(const kdb::client& blocking, const kdb::async_client& async) {
#define KDB_X(request) ask<kdb::request>(blocking, async);
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
}
