#pragma once

#include <caf/duration.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <kdb/settings.hpp>
#include <logger.hpp>
#include <protocol.hpp>

namespace kdb {

/// What every worker of a client gets from it. Immutable, shared.
struct worker_context {
  settings how;
  connection_actor connection;
  logger_ptr log;
};
using worker_context_ptr = std::shared_ptr<const worker_context>;

/// The time an operation may still take. Takes the time of day from its caller, so that tests can set it.
class time_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::milliseconds;

  /// Unlimited.
  time_budget() = default;
  time_budget(std::optional<duration> whole, time_point now) {
    if (whole)
      end_ = now + *whole;
  }

  bool limited() const { return end_.has_value(); }
  /// When it is used up; only if limited.
  time_point end() const { return *end_; }
  bool is_over(time_point now) const { return end_ && *end_ <= now; }
  /// What is left, at least 0; nothing if unlimited.
  std::optional<duration> left(time_point now) const {
    if (!end_)
      return std::nullopt;
    return std::max(std::chrono::ceil<duration>(*end_ - now), duration::zero());
  }
  /// The timeout for a request that is answered in any case: what is left, or none.
  caf::duration timeout(time_point now) const { return end_ ? caf::duration{*left(now)} : caf::duration{caf::infinite}; }

private:
  std::optional<time_point> end_;
};

} // namespace kdb
