// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "actors/runtime/signals.hpp"
#include "libkdb/wire/operation.hpp"

namespace kdb::inline v0 {

/// A call that is encoded, and what is seen of it.
struct observed_call {
  std::shared_ptr<wire::call_plan> plan;
  observation seen;
};

/// Encodes a request on the thread of whoever asks, whose span becomes the parent of the call's.
template <class Request>
result<observed_call> observe_call(const signals_ptr& on, Request request) {
  adopt_current(on, request);
  auto seen = begin_call(on, request);
  mark(seen, request);
  auto prepared = wire::prepare(std::move(request));
  if (!prepared) {
    seen.ends(prepared.error());
    return unexpected{std::move(prepared.error())};
  }
  return observed_call{std::make_shared<wire::call_plan>(std::move(*prepared)), std::move(seen)};
}

/// Makes the answer of how the call ended, and ends what is seen of it.
template <class Request>
result<answer_of<Request>> decode_observed(const wire::call_plan& plan, const observation& seen,
                                           result<wire::message_list> outcome) {
  auto answer = wire::decode_outcome<Request>(plan, std::move(outcome));
  seen.ends(answer);
  return answer;
}

} // namespace kdb::inline v0
