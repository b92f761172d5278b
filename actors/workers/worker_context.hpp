// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "actors/runtime/logger.hpp"
#include "actors/runtime/own_credentials.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/signals.hpp"
#include "libkdb/policy/failure.hpp"
#include "libkdb/policy/time_budget.hpp"
#include <kdb/settings.hpp>

namespace kdb::inline v0 {

/// The connection of a client. The client replaces it if it fails by a bug. From any thread.
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

  /// Whether a node is in use, as far as is known here.
  void set_connected(bool now) { connected_ = now; }
  bool is_connected() const { return connected_; }

  /// The error of the last attempt to find a node, for requests that get no node; nothing if it succeeded.
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
  std::atomic<bool> connected_{false};
};

/// The data of a client that all its workers share. Immutable.
struct worker_context {
  kdb::settings settings;
  std::shared_ptr<connection_ref> connection;
  logger_ptr log;
  own_credentials_ptr credentials;
  signals_ptr signals{};
};
using worker_context_ptr = std::shared_ptr<const worker_context>;

/// Notes that an operation waits for a node, if none is in use. To be called before the request for a node.
template <class Watched>
void note_wait(const worker_context& context, const Watched& seen) {
  if (seen && !context.connection->is_connected())
    seen.waits();
}

/// The error of an operation whose wait for a node has timed out, with the error of the last attempt to find one.
inline error no_node_in_time(const std::optional<error>& trouble) {
  error late{.code = errc::deadline_exceeded, .message = "no node was found before the deadline", .retry_can_help = true};
  if (trouble) {
    late.message += "; the last attempt failed: " + trouble->message;
    late.detail = trouble->detail;
  }
  return late;
}

/// Converts the error of a `get_node`. Nothing was sent, so the outcome is known.
inline error no_node(const worker_context& context, const caf::error& cause) {
  if (cause == caf::sec::request_timeout)
    return no_node_in_time(context.connection->trouble());
  auto known = error::from(cause);
  known.outcome_unknown = false;
  if (known.code != errc::closed || context.connection->is_closed())
    return known;
  return {.code = errc::unavailable, .message = "the connection restarts after an internal error", .retry_can_help = true};
}

/// The error of a request that a worker leaves unanswered when it ends: the client is closed, or the worker has failed and is replaced.
inline error left_unanswered(const worker_context& context, bool may_have_happened) {
  const auto is_closed = context.connection->is_closed();
  std::string message = is_closed ? "the client was closed" : "a part of the client failed and is replaced; it failed";
  message +=
    may_have_happened ? " before the request was answered; it may have been carried out" : " before the request was carried out";
  return {.code = is_closed ? errc::closed : errc::unavailable,
          .message = std::move(message),
          .retry_can_help = !is_closed,
          .outcome_unknown = may_have_happened};
}

/// Reports a failed call to the connection, if the error may concern the node, or the credentials from the client's provider.
/// `had_its_own`: the call had credentials of its own.
template <class Self>
void report(Self* self, const worker_context& context, generation whose, const error& cause, bool had_its_own) {
  const auto refused = cause.code == errc::unauthenticated && !had_its_own && context.credentials->provided();
  if (policy::concerns_node(cause) || refused)
    any_caf::send(self, context.connection->get(), call_failed{whose, cause});
}

/// The timeout for a request that is answered in any case: what is left, or none.
inline any_caf::timeout timeout_of(std::optional<std::chrono::milliseconds> left) {
  return left ? any_caf::timeout{*left} : any_caf::timeout{caf::infinite};
}

} // namespace kdb::inline v0
