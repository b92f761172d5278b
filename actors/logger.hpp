#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include <kdb/log.hpp>

namespace kdb {

/// Brings log lines to the host's sink, on a thread of its own, so that neither actors nor gRPC ever run it. Without a sink it has no
/// thread and does nothing. Lines beyond a bound are dropped and counted. From any thread.
class logger {
public:
  logger(log_sink sink, log_level minimum);
  /// Hands out what is queued and waits for it, for a second at most, and not at all on the sink's own thread.
  ~logger();
  logger(const logger&) = delete;
  logger& operator=(const logger&) = delete;

  bool wants(log_level level) const { return core_ && level >= minimum_; }
  void operator()(log_level level, std::string line) const;

  /// Whether the calling thread is one that runs a sink.
  static bool on_sink_thread();

private:
  struct core;
  static void run(const std::shared_ptr<core>& self);

  const log_level minimum_;
  std::shared_ptr<core> core_;
};

/// Shared by all actors of one client.
using logger_ptr = std::shared_ptr<const logger>;

} // namespace kdb
