// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "libkdb/rpc/engine.hpp"
#include "libkdb/rpc/held_bytes.hpp"
#include "libkdb/rpc/pulse.hpp"
#include "libkdb/rpc/tls_material.hpp"
#include "libkdb/rpc/transport.hpp"
#include <kdb/settings.hpp>

// Internal: includes gRPC.
namespace kdb::inline v0::rpc {

class channel_pool;

/// The right to one stream on one connection; gives it back when destroyed.
class channel_lease {
public:
  channel_lease() = default;
  channel_lease(std::shared_ptr<channel_pool> pool, std::shared_ptr<grpc::Channel> channel)
    : pool_{std::move(pool)}, channel_{std::move(channel)} {}
  channel_lease(channel_lease&&) noexcept = default;
  channel_lease& operator=(channel_lease&&) = delete;
  ~channel_lease();

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::shared_ptr<channel_pool>& pool() const { return pool_; }

private:
  std::shared_ptr<channel_pool> pool_;
  std::shared_ptr<grpc::Channel> channel_;
};

/// The HTTP/2 connections to one node. A server allows 100 streams on each connection, and further ones would wait without
/// notice. So the pool counts streams, and opens another connection before the limit is reached. Idle connections are kept for a
/// while, so that bursts of calls do not open them again and again.
class channel_pool final : public timed, public std::enable_shared_from_this<channel_pool> {
public:
  static constexpr std::size_t streams_per_connection = 90;
  static constexpr std::chrono::seconds kept_idle{2};

  /// Without an engine, idle connections are closed at once. With TLS, the first connection uses `material`, if it is given.
  /// Later ones read the files again, and use the previous material if that fails.
  channel_pool(address where, const settings& config, std::shared_ptr<engine> engine = {},
               std::optional<tls_material> material = {});

  /// Takes a stream on the first connection that has room, or on a new one, so that the last connections become idle first.
  /// Release the lease on the engine's thread.
  channel_lease lease();
  transport_load load() const;
  const std::shared_ptr<rpc::pulse>& pulse() const { return pulse_; }
  const std::shared_ptr<held_bytes>& held() const { return held_; }

  /// Ends all calls soon with `unavailable` and this message. Needs an engine.
  void abandon(const std::string& message);

  /// Closes connections that were idle for long enough, and ends the calls of an abandoned node.
  void due() override;

private:
  friend class channel_lease;
  struct connection {
    std::shared_ptr<grpc::Channel> channel;
    std::size_t streams = 0;
    std::chrono::steady_clock::time_point idle_since{}; // Without streams.
  };
  void release(const std::shared_ptr<grpc::Channel>& channel);
  void close_idle();
  std::shared_ptr<grpc::Channel> open();
  void renew_material();

  const address where_;
  const settings settings_;
  const std::shared_ptr<engine> engine_;
  const std::shared_ptr<rpc::pulse> pulse_ = std::make_shared<rpc::pulse>();
  const std::shared_ptr<held_bytes> held_ = std::make_shared<held_bytes>(0);
  mutable std::mutex mutex_;
  std::vector<connection> connections_;
  bool watched_ = false;                 // `due` will be called.
  std::optional<std::string> abandoned_; // Why the calls are to end.
  tls_material material_;
  bool renew_ = true; // Before the next connection.
};

} // namespace kdb::inline v0::rpc
