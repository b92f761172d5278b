// SPDX-License-Identifier: Apache-2.0
#include "actors/async/ask.hpp"

namespace kdb::inline v0::detail {

async_core::impl::impl(std::shared_ptr<runtime> given) : running{std::move(given)}, desk{reply_desk::open(running->system())} {}

async_core::impl::~impl() {
  if (running->inherited())
    leave_members_behind(desk);
  else
    running->end();
}

result<async_core> async_core::start(settings settings) {
  auto started = runtime::start(std::move(settings));
  if (!started)
    return unexpected{std::move(started.error())};
  return async_core{std::make_shared<impl>(std::move(*started))};
}

#define KDB_X(request) template void async_core::ask(request, completion_ptr<request::answer>) const;
KDB_RUNTIME_OPERATIONS(KDB_X)
KDB_STREAM_CALLS(KDB_X)
#undef KDB_X

void async_core::close(completion_ptr<void> done) const {
  if (impl_->running->inherited()) {
    done->complete({});
    return;
  }
  // An error says that it is closed already.
  impl_->ask<void>(impl_->running->client(), kdb::close{}, [done = std::move(done)](const result<void>&) { done->complete({}); });
}

} // namespace kdb::inline v0::detail
