// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/stop_watch.hpp"
#include "actors/workers/worker_context.hpp"

namespace kdb::inline v0 {

/// All appends of a client. Most share one BatchAppend call for each value of requires-leader, and are matched by correlation id.
/// Appends with credentials of their own, very large ones, and all appends to servers without batch append get an Append call
/// each.
struct appender_state {
  static inline const char* name = "kdb.appender";

  /// Larger appends would keep the others waiting, and a server drops a batch append that is not complete after two seconds.
  static constexpr std::size_t batched_bytes_limit = 8 << 20;

  /// How many chunks wait for each other at most.
  static constexpr std::size_t chunks_at_once = 64;

  /// Number and bytes of the appends of one kind.
  struct load {
    std::size_t appends = 0;
    std::size_t bytes = 0;
  };
  /// The contribution of one append to a load. The destructor takes it back.
  class share {
  public:
    share() = default;
    share(load& of, std::size_t bytes) : of_{&of}, bytes_{bytes} {
      ++of.appends;
      of.bytes += bytes;
    }
    share(share&& other) noexcept : of_{std::exchange(other.of_, nullptr)}, bytes_{other.bytes_} {}
    share& operator=(share&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~share() {
      if (!of_)
        return;
      --of_->appends;
      of_->bytes -= bytes_;
    }
    std::size_t bytes() const { return bytes_; }

  private:
    load* of_ = nullptr;
    std::size_t bytes_ = 0;
  };

  /// The promise of an append, and who watches it: the appender itself, which is cheaper, or somebody else as well.
  class promise {
  public:
    promise(caf::typed_response_promise<append_result> asker, watched_operation watched)
      : asker_{std::move(asker)}, watched_{std::move(watched)} {}
    promise(caf::typed_response_promise<append_result> asker, observation seen, bool is_one_of_several)
      : asker_{std::move(asker)}, seen_{std::move(seen)}, is_one_of_several_{is_one_of_several} {}
    void deliver(append_result done);
    void deliver(const caf::error& failure);
    void waits(const worker_context& context) const;
    void sent_to(const endpoint& node) const;
    const caf::typed_response_promise<append_result>& asker() const { return asker_; }

  private:
    caf::typed_response_promise<append_result> asker_;
    watched_operation watched_{};
    observation seen_{};
    bool is_one_of_several_ = false;
  };

  using time_point = policy::time_budget::time_point;

  /// Waits for a node, or for others to make room.
  struct queued {
    append_to_stream request;
    promise answer;
    policy::time_budget budget;
    std::size_t bytes;
    stop_watch::watched stop;
    share held{};
  };
  /// Sent over a lane, not answered yet.
  struct in_flight {
    promise answer;
    policy::time_budget budget;
    std::uint64_t lane;
    stream_state expected;
    stop_watch::watched stop;
    share held{};
  };
  /// One BatchAppend call.
  struct lane {
    std::unique_ptr<rpc::append_call> call;
    std::uint64_t number = 0;
    kdb::generation generation{};  // Of its node. For an earlier node, the lane only waits for answers.
    std::uint64_t credentials = 0; // Their version.
    std::size_t flying = 0;
    std::vector<std::string> unsent{}; // Chunks that wait until the mailbox is empty.
    std::size_t unsent_appends = 0;    // Number of appends in `unsent`.

    void write() { call->write(unsent, std::exchange(unsent_appends, 0)); }
  };
  /// One Append call.
  struct single {
    promise answer;
    kdb::generation generation;
    std::unique_ptr<rpc::call> call;
    bool has_credentials; // Of its own.
    stream_state expected;
    stop_watch::watched stop;
    share held{};
  };

  explicit appender_state(appender_actor::pointer owner);
  /// Answers everyone.
  ~appender_state();

  appender_actor::behavior_type start(worker_context_ptr context);

  // One for each message.
  caf::result<append_result> on_append(append_to_stream& request);
  caf::result<append_result> on_observed_append(observed_append& message);
  caf::result<append_result> take(append_to_stream& request, promise answer);
  void on_replies(append_replies& message);
  void on_call_ended(append_call_ended& message);
  void on_single_done(single_append_done& message);
  void on_node_changed();
  void on_deadlines_due();
  void on_mailbox_drained();
  void on_stop_due();

  /// Fails if an append can't be sent at all.
  result<void> check(const append_to_stream& request) const;
  void pump();
  /// Reports the number of appends to the meter; not for each of several appends that come or end together.
  void report_load();
  void ask_for_node();
  void send_if_there_is_a_node(queued append);
  // These take what they need out of it.
  void send(queued& append, time_point now);
  void send_in_lane(queued& append, bool leader_only, time_point now);
  void send_alone(queued& append, bool leader_only, time_point now);
  lane& open_lane(bool leader_only);
  lane* lane_with(std::uint64_t number);
  /// Retires a lane: from now on it only waits for its answers.
  void retire(lane& used);
  /// Ends the calls to earlier nodes that have no open append.
  void drop_idle_lanes();
  void landed(const in_flight& append);
  /// Writes the chunks collected in lanes, unless more of them may follow at once.
  void write_lanes();
  bool has_room() const;
  void watch(const policy::time_budget& budget, time_point now);
  void refuse_queued(const error& cause);
  void drop_node(generation whose, const error& cause, bool had_its_own = false);

  appender_actor::pointer self;
  worker_context_ptr context;
  stop_watch stops;
  node_ptr current;
  bool asking = false;
  bool gathering = false; // `mailbox_drained` is on its way.
  load queued_load;       // Declared before its shares, which refer to it.
  load flying_load;
  std::uint32_t unreported = 0; // Changes since the meter was told.
  std::deque<queued> waiting;
  std::array<lane, 2> lanes; // To the current node, by requires-leader.
  std::vector<lane> earlier; // To nodes of before.
  std::uint64_t last_call = 0;
  std::uint64_t last_append = 0;
  uuid correlation_prefix; // Its second half counts the appends.
  std::unordered_map<std::uint64_t, in_flight> flying;
  std::unordered_map<std::uint64_t, single> singles;
  std::optional<std::chrono::steady_clock::time_point> next_check;
  // As the meter knows them.
  level queued_level, queued_bytes_level, flying_level, flying_bytes_level;
};

appender_actor::behavior_type appender(appender_actor::stateful_pointer<appender_state> self, worker_context_ptr context);

} // namespace kdb::inline v0
