// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/stop_watch.hpp"
#include "actors/workers/call_defaults.hpp"
#include "actors/workers/gathered.hpp"
#include "actors/workers/worker_context.hpp"

namespace kdb::inline v0 {

/// How a call has ended.
struct exchange_done {
  std::uint64_t call = 0;
  result<wire::message_list> answers;
};

/// Runs calls. Each one waits for a node, is sent, and is answered once. A failed call is sent again if its options and its
/// effect allow it.
struct management_state {
  static inline const char* name = "kdb.management";

  struct pending {
    caf::response_promise answer;
    std::shared_ptr<call_job> job;
    policy::time_budget budget{};
    stop_watch::watched stop{};
    std::uint32_t retries_left = 0;
    unsigned failures = 0;
    bool outcome_unknown = false; ///< One of the tries has an unknown outcome.
    bool in_second = false;       ///< The first of two calls is done.
    kdb::generation generation{};
    std::unique_ptr<rpc::call> call{};

    const wire::call_plan& plan() const { return job->plan; }
    std::string_view method() const { return in_second ? plan().second_method : plan().method; }
    /// The first of two calls is a read.
    wire::request_kind kind() const { return plan().second && !in_second ? wire::request_kind::read : plan().kind(); }
    bool may_have_happened() const { return outcome_unknown || (call && kind() != wire::request_kind::read); }
  };

  /// One request for a node, for all calls that came before its answer.
  struct question {
    policy::time_budget budget;
    std::vector<std::uint64_t> calls;
  };

  explicit management_state(management_self::pointer owner) : self{owner}, stops{owner} {}
  /// Answers everyone.
  ~management_state();

  management_self::behavior_type start(worker_context_ptr context);

  caf::result<server_messages> on_run(run_call& request);
  /// Checks a call before anything is sent.
  result<void> check(call_job& job) const;
  void on_exchanges_done();
  void on_stop_due();
  void ask_for_node(std::uint64_t number);
  void on_no_node(const question& asked, const caf::error& error);
  void send(std::uint64_t number, const node_ptr& found);
  void end_call(exchange_done& done);
  void succeed(std::uint64_t number, wire::message_list answers);
  /// Tries again, or answers with the error.
  void fail(std::uint64_t number, error error);
  void finish(std::uint64_t number, result<wire::message_list> outcome);

  management_self::pointer self;
  worker_context_ptr context;
  stop_watch stops;
  std::shared_ptr<question> open_question;
  std::shared_ptr<gathered<exchange_done>> ended = std::make_shared<gathered<exchange_done>>();
  std::uint64_t last_call = 0;
  std::unordered_map<std::uint64_t, pending> calls;
};

management_self::behavior_type management(management_self::stateful_pointer<management_state> self, worker_context_ptr context);

} // namespace kdb::inline v0
