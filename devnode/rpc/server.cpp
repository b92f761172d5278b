// SPDX-License-Identifier: Apache-2.0
#include "devnode/rpc/server.hpp"

#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kdb::inline v0::development::rpc {
namespace {

void set_transport_limits(grpc::ServerBuilder& builder) {
  // `call` refuses smaller ones, with a server's own words; this one keeps a client from filling the memory. It is the largest that a server takes.
  builder.SetMaxReceiveMessageSize(384 << 20);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 32'768);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 786'432);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  // What clients announce is collected before it is looked at: beyond this gRPC ends calls with RESOURCE_EXHAUSTED.
  grpc::ResourceQuota quota{"node"};
  builder.SetResourceQuota(quota.Resize(1u << 30));
}

std::shared_ptr<grpc::ServerCredentials> credentials(const std::optional<encryption>& wanted) {
  if (!wanted)
    return grpc::InsecureServerCredentials();
  auto clients = wanted->client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                 : wanted->required        ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                           : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
  grpc::SslServerCredentialsOptions options{clients};
  options.pem_root_certs = wanted->client_ca;
  options.pem_key_cert_pairs.push_back({wanted->key, wanted->certificates});
  return grpc::SslServerCredentials(options);
}

// gRPC would say the same, but first write pages to stderr.
bool port_is_free(std::uint16_t port) {
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0)
    return true;
  int yes = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool is_free = bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return is_free;
}

} // namespace

server::~server() = default;

void server::add(const std::string& service, const std::string& name, method added) {
  services_.insert(service);
  methods_.insert_or_assign("/" + service + "/" + name, std::move(added));
}

bool server::start(std::uint16_t port) {
  if (port != 0 && !port_is_free(port))
    return false;
  grpc::ServerBuilder builder;
  int chosen = 0;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), credentials(encryption_), &chosen);
  builder.RegisterAsyncGenericService(&service_);
  set_transport_limits(builder);
  loop_ = std::make_unique<loop>(builder.AddCompletionQueue(), shared_);
  server_ = builder.BuildAndStart();
  if (!server_ || chosen <= 0) {
    loop_->close(); // gRPC wants to see a queue shut down and empty
    loop_->run();
    return false;
  }
  port_ = static_cast<std::uint16_t>(chosen);
  accept();
  return true;
}

void server::stop(const status& end, std::chrono::milliseconds grace) {
  loop_->post([this, end] {
    stopping_ = end;
    for (auto& [key, open] : calls_)
      if (open->handler_)
        open->finish(end);
  });
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  loop_->post([this] { loop_->close(); });
}

void server::drain(const status& end) {
  for (auto& [key, open] : calls_)
    if (open->handler_ && !open->finished())
      open->handler_->drain(end);
}

void server::accept() {
  auto next = std::make_unique<call>(*this);
  auto& added = *next;
  calls_.emplace(&added, std::move(next));
  auto& queue = loop_->queue();
  service_.RequestCall(&added.context_, &added.stream_, &queue, &queue, static_cast<operation*>(&added.accepted_));
}

std::variant<const method*, status> server::route(const std::string& path) const {
  if (stopping_.code != status_code::ok)
    return status{status_code::unavailable, "Server Is Not Ready", {}};
  if (auto found = methods_.find(path); found != methods_.end())
    return &found->second;
  auto slash = path.find_last_of('/');
  bool known = slash != path.npos && slash > 0 && services_.contains(std::string_view{path}.substr(1, slash - 1));
  return status{status_code::unimplemented, known ? "Method is unimplemented." : "Service is unimplemented.", {}};
}

void server::forget(call& gone) {
  calls_.erase(&gone);
}

} // namespace kdb::inline v0::development::rpc
