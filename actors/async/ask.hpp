// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "actors/async/impl.hpp"

// `async_core::ask`, which is compiled in two files: for all operations at once it takes long.
namespace kdb::inline v0::detail {

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

} // namespace kdb::inline v0::detail
