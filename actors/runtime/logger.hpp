// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "libkdb/policy/log_events.hpp"
#include <kdb/connection_change.hpp>
#include <kdb/log.hpp>

namespace kdb::inline v0 {

/// Brings log lines and changes of the connection to the host's sinks, on a thread of its own, so that neither actors nor gRPC ever
/// run them. Without a sink it has no thread and does nothing. Lines beyond a bound are dropped and counted. From any thread.
class logger {
public:
  logger(log_sink sink, log_level minimum, change_sink changes = {});
  /// Finishes.
  ~logger();
  logger(const logger&) = delete;
  logger& operator=(const logger&) = delete;

  bool wants(log_level level) const { return takes_lines_ && level >= minimum_; }
  void operator()(log_level level, policy::log_event event, std::string text, policy::log_fields fields = {}) const;
  void tell(const connection_change& change) const;

  /// Delivers the queued lines and waits for their delivery, at most for a second, and not at all on the sink's own thread. Drops
  /// later lines.
  void finish() const;

  /// Whether the calling thread is one that runs a sink.
  static bool on_sink_thread();

private:
  struct core;
  static void run(const std::shared_ptr<core>& self);

  const log_level minimum_;
  const bool takes_lines_;
  std::shared_ptr<core> core_;
};

/// Shared by all actors of one client.
using logger_ptr = std::shared_ptr<const logger>;

} // namespace kdb::inline v0
