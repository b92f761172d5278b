// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <utility>

#include "actors/runtime/late_sender.hpp"
#include "actors/runtime/protocol.hpp"

namespace kdb::inline v0 {

/// The error of an operation that its caller has stopped.
inline error stopped(bool may_have_happened) {
  return {.code = errc::cancelled,
          .message = may_have_happened ? "the operation was stopped by its caller; it may have been carried out"
                                       : "the operation was stopped by its caller",
          .outcome_unknown = may_have_happened};
}

/// Tells an actor that callers have stopped some of its operations. Until it calls `look`, the actor gets only one `stop_due`.
class stop_watch {
  struct bell {
    explicit bell(late_sender to) : tell{std::move(to)} {}
    const late_sender tell;
    std::atomic<bool> rung{false};
  };
  struct ring {
    std::shared_ptr<bell> rung;
    void operator()() const {
      if (!rung->rung.exchange(true))
        rung->tell(stop_due{});
    }
  };

public:
  /// Whether the caller has stopped one operation; lives as long as the operation.
  class watched {
  public:
    watched() = default;
    watched(const std::stop_token& token, ring told)
      : token_{token}, callback_{token.stop_possible() ? std::make_unique<std::stop_callback<ring>>(token, std::move(told))
                                                       : nullptr} {}
    bool is_stopped() const { return token_.stop_requested(); }

  private:
    std::stop_token token_;
    std::unique_ptr<std::stop_callback<ring>> callback_;
  };

  template <class Self>
  explicit stop_watch(Self* self) : bell_{std::make_shared<bell>(late_sender{self})} {}

  watched watch(const std::stop_token& token) const { return {token, {bell_}}; }
  /// Call this before checking the operations.
  void look() const { bell_->rung = false; }

private:
  std::shared_ptr<bell> bell_;
};

} // namespace kdb::inline v0
