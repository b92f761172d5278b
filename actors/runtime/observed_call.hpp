// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/signals.hpp"
#include "libkdb/wire/operation.hpp"

namespace kdb::inline v0 {

/// Encodes a request on the calling thread, whose current span becomes the parent of the call's span.
template <operation Request>
result<std::shared_ptr<call_job>> observe_call(const signals_ptr& on, Request&& request) {
  adopt_current(on, request);
  auto seen = begin_call(on, request);
  mark(seen, request);
  auto prepared = wire::prepare(std::move(request));
  if (!prepared) {
    seen.ends(prepared.error());
    return unexpected{std::move(prepared.error())};
  }
  return std::make_shared<call_job>(std::move(*prepared), std::move(seen));
}

/// Converts the outcome of a call to the typed answer, and ends its observation.
template <class Request>
result<answer_of<Request>> decode_observed(const call_job& job, result<wire::message_list> outcome) {
  auto answer = wire::decode_outcome<Request>(job.plan, std::move(outcome));
  job.seen.ends(answer);
  return answer;
}

} // namespace kdb::inline v0
