// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "actors/async/impl.hpp"

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

template <operation Request>
void async_core::ask(Request request, completion_ptr<answer_of<Request>> done) const {
  if constexpr (is_call<Request>) {
    if (auto cause = impl_->running->refusal()) {
      done->complete(unexpected{std::move(*cause)});
      return;
    }
    auto job = observe_call(impl_->running->signals(), std::move(request));
    if (!job) {
      done->complete(unexpected{std::move(job.error())});
      return;
    }
    impl_->call(*job, [job = *job, done = std::move(done)](result<wire::message_list> outcome) {
      done->complete(decode_observed<Request>(*job, std::move(outcome)));
    });
  } else {
    impl_->ask<answer_of<Request>>(
      impl_->running->client(), std::move(request),
      [done = std::move(done)](result<answer_of<Request>> answer) { done->complete(to_outcome<Request>(std::move(answer))); });
  }
}

#define KDB_X(request) template void async_core::ask(request, completion_ptr<request::answer>) const;
KDB_OPERATIONS(KDB_X)
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
