// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/duration.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "actors/runtime/logger.hpp"
#include "actors/runtime/own_credentials.hpp"
#include "actors/runtime/protocol.hpp"
#include "libkdb/policy/failure.hpp"
#include "libkdb/policy/waits.hpp"
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// The connection of a client, which is replaced should it die of a bug. From any thread.
class connection_ref {
public:
  connection_actor get() const {
    std::lock_guard lock{mutex_};
    return current_;
  }
  void set(connection_actor replacement) {
    std::lock_guard lock{mutex_};
    current_ = std::move(replacement);
    trouble_.reset();
  }
  /// From now on a connection that does not answer means that the client is closed.
  void close() {
    std::lock_guard lock{mutex_};
    closed_ = true;
  }
  bool is_closed() const {
    std::lock_guard lock{mutex_};
    return closed_;
  }

  /// What the last attempt to find a node failed of; nothing if it did not. For those who wait for one in vain.
  void set_trouble(std::optional<error> cause) {
    std::lock_guard lock{mutex_};
    trouble_ = std::move(cause);
  }
  std::optional<error> trouble() const {
    std::lock_guard lock{mutex_};
    return trouble_;
  }

private:
  mutable std::mutex mutex_;
  connection_actor current_;
  std::optional<error> trouble_;
  bool closed_ = false;
};

/// What every worker of a client gets from it. Immutable, shared.
struct worker_context {
  settings how;
  std::shared_ptr<connection_ref> connection;
  logger_ptr log;
  own_credentials_ptr credentials;
};
using worker_context_ptr = std::shared_ptr<const worker_context>;

/// For who has waited for a node as long as it may, with what the last attempt to find one failed of.
inline error no_node_in_time(const std::optional<error>& trouble) {
  error late{.code = errc::deadline_exceeded, .message = "no node was found before the deadline", .retry_can_help = true};
  if (trouble) {
    late.message += "; the last attempt failed: " + trouble->message;
    late.detail = trouble->detail;
  }
  return late;
}

/// Why there is no node, from what a `get_node` was answered. Nothing was sent: the outcome is known.
inline error no_node(const worker_context& context, const caf::error& cause) {
  if (cause == caf::sec::request_timeout)
    return no_node_in_time(context.connection->trouble());
  auto known = error::from(cause);
  known.outcome_unknown = false;
  if (known.code != errc::closed || context.connection->is_closed())
    return known;
  return {.code = errc::unavailable, .message = "the connection restarts after an internal error", .retry_can_help = true};
}

/// Tells the connection of a failed call, if that may say something about the node, or about credentials that somebody provides to
/// the client: a call may have had others of its own.
template <class Self>
void report(Self* self, const worker_context& context, generation whose, const error& cause, bool had_its_own) {
  const auto refused = cause.code == errc::unauthenticated && !had_its_own && context.credentials->provided();
  if (policy::concerns_node(cause) || refused)
    self->send(context.connection->get(), call_failed{whose, cause});
}

/// The time an operation may still take. Takes the time of day from its caller, so that tests can set it.
class time_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::milliseconds;

  /// Unlimited.
  time_budget() = default;
  time_budget(std::optional<duration> whole, time_point now) {
    if (whole)
      end_ = policy::after(now, *whole);
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
  /// Whether something can still be done after a pause.
  bool has_room_for(duration pause, time_point now) const { return !end_ || *left(now) > pause; }
  /// The timeout for a request that is answered in any case: what is left, or none.
  caf::duration timeout(time_point now) const { return end_ ? caf::duration{*left(now)} : caf::duration{caf::infinite}; }

private:
  std::optional<time_point> end_;
};

} // namespace kdb::inline v0
