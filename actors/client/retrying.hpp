// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>

#include "actors/runtime/stop_watch.hpp"
#include "actors/workers/worker_context.hpp"
#include <kdb/actors.hpp>

namespace kdb::inline v0 {

/// When an append that has failed may be sent again.
struct retry_plan {
  /// The server deduplicates a repeated append only with an explicit expected state.
  bool idempotent = false;
  std::uint32_t times = 0;
  policy::time_budget budget{};
};

/// The pause before another try is over.
struct try_again {};

using retrying_actor = caf::typed_actor<accepts<observed_append, append_result>, accepts<try_again>, accepts<stop_due>>;

/// Sends one append to the client, and sends it again while it fails, a retry is safe, and the plan allows it. Lives for one
/// append.
struct retrying_state {
  static inline const char* name = "kdb.retrying";

  explicit retrying_state(retrying_actor::pointer owner) : self{owner}, stops{owner} {}
  ~retrying_state();

  retrying_actor::behavior_type start(untyped_client client, const retry_plan& plan);
  void try_now();
  void fail(error error);
  void end(error error);

  retrying_actor::pointer self;
  untyped_client client;
  retry_plan plan;
  append_to_stream request;
  observation seen;
  stop_watch stops;
  stop_watch::watched stop;
  bool pausing = false; // Before another try.
  std::uint32_t tries = 0;
  bool outcome_unknown = false;
  caf::typed_response_promise<append_result> answer;
};

retrying_actor::behavior_type retrying(retrying_actor::stateful_pointer<retrying_state> self, untyped_client client,
                                       const retry_plan& plan);

} // namespace kdb::inline v0

KDB_ACTOR_MESSAGES(kdb_retrying, 1380, kdb::try_again)
