// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/call.hpp"
#include "devnode/rpc/encryption.hpp"
#include "devnode/rpc/loop.hpp"
#include "devnode/rpc/status.hpp"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace kdb::inline v0::development::rpc {

/// A gRPC server on loopback with a table of methods, and the loop that runs it. Transport limits are a real server's: 100 calls a
/// connection, pings of its own after 10 s of silence, pings of clients answered without limit, no compression.
class server {
public:
  server() = default;
  ~server();

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Has the loop's work done under this lock, so that several servers can share what it works on. Before `start`.
  void share(std::mutex& lock) { shared_ = &lock; }

  /// Adds `/service/name`. Before `start`.
  void add(const std::string& service, const std::string& name, method added);

  /// Has clients speak TLS, if there is something. Before `start`.
  void encrypt(std::optional<encryption> with) { encryption_ = std::move(with); }

  /// Listens on 127.0.0.1, on a free port if `port` is 0. False if that is not possible.
  bool start(std::uint16_t port);

  std::uint16_t port() const { return port_; }

  /// Works until `stop`.
  void run() { loop_->run(); }

  /// Refuses new calls, ends the open ones with `end`, and after `grace` cancels those that are left. From another thread than the
  /// loop's; `run` returns when it is done.
  void stop(const status& end, std::chrono::milliseconds grace);

  /// Asks the handlers of all calls to end what has no end of its own, with `end`. On the loop's thread.
  void drain(const status& end);

  loop& on() { return *loop_; }

private:
  friend class call;

  void accept();
  std::variant<const method*, status> route(const std::string& path) const;
  void forget(call& gone);

  std::unordered_map<std::string, method> methods_; // by path
  std::set<std::string, std::less<>> services_;
  grpc::AsyncGenericService service_;
  std::unique_ptr<loop> loop_;
  std::unique_ptr<grpc::Server> server_;
  std::map<call*, std::unique_ptr<call>> calls_;
  std::optional<encryption> encryption_;
  status stopping_;
  std::mutex* shared_ = nullptr;
  std::uint16_t port_ = 0;
};

} // namespace kdb::inline v0::development::rpc
