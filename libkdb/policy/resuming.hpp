// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libkdb/policy/retry_budget.hpp"
#include "libkdb/policy/starting_node.hpp"
#include "libkdb/policy/time_budget.hpp"
#include <kdb/error.hpp>
#include <kdb/subscribe.hpp>

namespace kdb::inline v0::policy {

/// The phases of a stream that continues after losses: a subscription, a consumer, a watch. It finds a node, makes a call and
/// follows it. After a loss it pauses and begins again, until a final error ends it. No clock, no random numbers, no calls: the
/// caller provides them.
class resuming {
public:
  using time_point = std::chrono::steady_clock::time_point;

  enum class phase {
    finding,   ///< A node was asked for.
    calling,   ///< A call was made, and the server has not confirmed it.
    following, ///< The server has confirmed the call.
    pausing,   ///< The call was lost. The next one follows after a pause.
    over       ///< For good.
  };

  struct rules {
    resume_options resume{};
    /// For the first start, up to the first confirmation.
    time_budget start{};
    /// The first start goes to the leader if a node refuses it because it is none. Other failures of the first start are final.
    bool follows_leader = false;
    /// A group that has no place is final.
    bool ends_when_full = false;
  };

  resuming() : resuming{rules{}} {}
  explicit resuming(const rules& given);

  phase now() const { return phase_; }
  /// The server has confirmed a call, this one or an earlier one.
  bool has_begun() const { return has_begun_; }
  /// Whether messages of that call count. Messages of earlier calls are late.
  bool is_current(std::uint64_t call) const { return call == call_ && (phase_ == phase::calling || phase_ == phase::following); }
  /// The time left for the first start; nothing if it is unlimited or done.
  std::optional<std::chrono::milliseconds> start_left(time_point now) const;

  /// A node was found, and a call with that number is to be made. False if it is over.
  bool called(std::uint64_t call);
  /// Returns whether it is the first confirmation of all.
  bool confirmed();
  /// The call has delivered data: earlier losses no longer count.
  void progressed() { losses_.reset(); }
  /// There is no node, or the call has ended. Returns the pause before the next attempt, or nothing: then it is over. `draw` is a random
  /// number in [0, 1).
  std::optional<std::chrono::milliseconds> lost(const error& cause, time_point now, double draw);
  /// The pause is over, and a node must be requested. Returns false in the phase `over`.
  bool paused();
  /// Ends it.
  void end() { phase_ = phase::over; }

private:
  std::optional<std::chrono::milliseconds> pause_after(const error& cause, time_point now, double draw);

  rules rules_;
  phase phase_ = phase::finding;
  std::uint64_t call_ = 0;
  bool has_begun_ = false;
  retry_budget losses_;
  starting_node refusals_;
};

std::string_view to_string(resuming::phase phase);

} // namespace kdb::inline v0::policy
