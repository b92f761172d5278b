#pragma once

#include <grpcpp/channel.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <kdb/settings.hpp>
#include <rpc/transport.hpp>

// Internal: includes gRPC.
namespace kdb::rpc {

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

private:
  std::shared_ptr<channel_pool> pool_;
  std::shared_ptr<grpc::Channel> channel_;
};

/// The HTTP/2 connections to one node. The server allows 100 streams on each, and further ones would wait in silence: so streams are
/// counted, and a further connection is opened before that.
class channel_pool : public std::enable_shared_from_this<channel_pool> {
public:
  static constexpr std::size_t streams_per_connection = 90;

  channel_pool(endpoint where, const settings& how);

  /// A place on the connection with the fewest streams, or on a new one if all are full.
  channel_lease lease();
  transport_load load() const;

private:
  friend class channel_lease;
  struct connection {
    std::shared_ptr<grpc::Channel> channel;
    std::size_t streams = 0;
  };
  void release(const std::shared_ptr<grpc::Channel>& channel);
  std::shared_ptr<grpc::Channel> open() const;

  const endpoint where_;
  const settings settings_;
  mutable std::mutex mutex_;
  std::vector<connection> connections_;
};

} // namespace kdb::rpc
