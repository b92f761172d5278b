// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/channel_pool.hpp"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <utility>

#include "libkdb/rpc/departure.hpp"
#include "libkdb/values/wipe.hpp"

namespace kdb::inline v0::rpc {

namespace {

constexpr int receive_limit = 17 << 20; // An event of 16 MiB and what surrounds it.
// Details of errors travel in trailers: the 5,000 failed checks of one append take half a megabyte.
constexpr int metadata_limit = 16 << 20;
// What may be under way on a stream before it is read. gRPC's own window adapts, and grows to 100 MiB for a fast server.
constexpr int stream_window = 4 << 20;

grpc::ChannelArguments channel_arguments(const address& where, const settings& config, const engine* calls) {
  grpc::ChannelArguments args;
  if (calls)
    args.SetResourceQuota(calls->quota());
  if (config.tls.enabled && !where.server_name.empty())
    args.SetString(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, where.server_name);
  // A connection of its own for each channel: gRPC would share one between equal channels.
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetMaxReceiveMessageSize(receive_limit);
  args.SetMaxSendMessageSize(-1);
  args.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  args.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, stream_window);
  args.SetInt(GRPC_ARG_MAX_METADATA_SIZE, metadata_limit);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, static_cast<int>(first_pause.count()));
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  // Identity only: the server compresses every reply if it may, which makes reading three times slower.
  args.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
  if (config.keep_alive_interval) {
    args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(config.keep_alive_interval->count()));
    args.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // gRPC stops pinging idle streams after two pings otherwise.
    args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  }
  if (config.keep_alive_timeout)
    args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(config.keep_alive_timeout->count()));
  return args;
}

/// gRPC 1.51 wants a certificate to trust even where nothing is verified. Nothing is trusted because of this one, whose key is nowhere.
constexpr const char* placeholder_root = R"(-----BEGIN CERTIFICATE-----
MIIBqjCCAU+gAwIBAgIULw+Z1U4M9X+Ex3SqH4cMg5UlXM8wCgYIKoZIzj0EAwIw
KTEnMCUGA1UEAwwecGxhY2Vob2xkZXIsIHRydXN0ZWQgYnkgbm9ib2R5MCAXDTI2
MTEyNTAxNDI1NVoYDzIxMjYxMTAxMDE0MjU1WjApMScwJQYDVQQDDB5wbGFjZWhv
bGRlciwgdHJ1c3RlZCBieSBub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARL9MY1A2JNLqCM2HDT6BE7kR0FeDAAW0CCZ1cqMdo3biuGXABMzsIFbMjO8buT
eL1HcCBQ8OXLgZ87hkwjYcy1o1MwUTAdBgNVHQ4EFgQUYiLdlp5yQegnciiRU/gL
nLi79vQwHwYDVR0jBBgwFoAUYiLdlp5yQegnciiRU/gLnLi79vQwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAn2JXvMgeWFfWgWLpXPfTvnPn8Ky2
Cp66s4ZzgXibne8CIQDcPDcTZxhcnyFHCAh6qdJEVfsnd0aX7VtqYhzhZdWBDw==
-----END CERTIFICATE-----
)";

std::shared_ptr<grpc::ChannelCredentials> unverified(const tls_material& material) {
  namespace experimental = grpc::experimental;
  std::vector<experimental::IdentityKeyCertPair> identity;
  if (!material.certificate.empty())
    identity.push_back({material.key, material.certificate});
  experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<experimental::StaticDataCertificateProvider>(placeholder_root, identity));
  options.watch_root_certs();
  if (!identity.empty())
    options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(false);
  options.set_certificate_verifier(std::make_shared<experimental::NoOpCertificateVerifier>());
  options.set_check_call_host(false);
  for (auto& each : identity)
    wipe(each.private_key);
  return experimental::TlsCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const tls_settings& settings, const tls_material& material) {
  if (!settings.enabled)
    return grpc::InsecureChannelCredentials();
  if (!settings.verify_certificate)
    return unverified(material);
  grpc::SslCredentialsOptions options{material.roots, material.key, material.certificate};
  auto made = grpc::SslCredentials(options);
  wipe(options.pem_private_key);
  return made;
}

} // namespace

channel_lease::~channel_lease() {
  if (pool_)
    pool_->release(channel_);
}

channel_pool::channel_pool(address where, const settings& config, std::shared_ptr<engine> engine,
                           std::optional<tls_material> material)
  : where_{std::move(where)}, settings_{config}, engine_{std::move(engine)},
    material_{std::move(material).value_or(tls_material{})}, renew_{!material} {}

channel_lease channel_pool::lease() {
  std::lock_guard lock{mutex_};
  auto free = std::find_if(connections_.begin(), connections_.end(),
                           [](const connection& each) { return each.streams < streams_per_connection; });
  if (free == connections_.end())
    free = connections_.insert(free, {open()});
  ++free->streams;
  return {shared_from_this(), free->channel};
}

void channel_pool::release(const std::shared_ptr<grpc::Channel>& channel) {
  std::lock_guard lock{mutex_};
  auto used = std::find_if(connections_.begin(), connections_.end(),
                           [&](const connection& candidate) { return candidate.channel == channel; });
  if (used == connections_.end() || --used->streams > 0 || connections_.size() == 1)
    return;
  if (!engine_) {
    connections_.erase(used); // The lease still holds the channel: it is not destroyed under this lock.
    return;
  }
  used->idle_since = std::chrono::steady_clock::now();
  if (!std::exchange(watched_, true))
    engine_->watch(weak_from_this(), used->idle_since + kept_idle);
}

void channel_pool::abandon(const std::string& message) {
  {
    std::lock_guard lock{mutex_};
    abandoned_ = message;
  }
  engine_->watch(weak_from_this(), std::chrono::steady_clock::now());
}

void channel_pool::due() {
  close_idle();
  std::optional<std::string> message;
  {
    std::lock_guard lock{mutex_};
    message = std::exchange(abandoned_, std::nullopt);
  }
  if (message)
    engine_->lose(this, {.code = grpc::StatusCode::UNAVAILABLE, .message = *message, .source = wire::status_source::client});
}

void channel_pool::close_idle() {
  std::vector<connection> closed; // Without the lock.
  std::lock_guard lock{mutex_};
  watched_ = false;
  const auto now = std::chrono::steady_clock::now();
  for (auto each = connections_.begin(); each != connections_.end() && connections_.size() > 1;) {
    const auto end = each->idle_since + kept_idle;
    if (each->streams == 0 && end <= now) {
      closed.push_back(std::move(*each));
      each = connections_.erase(each);
      continue;
    }
    if (each->streams == 0 && !std::exchange(watched_, true))
      engine_->watch(weak_from_this(), end);
    ++each;
  }
}

transport_load channel_pool::load() const {
  std::lock_guard lock{mutex_};
  // Calls count what they hold one after the other, so the sum may be below zero for a moment.
  transport_load sum{.connections = connections_.size(), .bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *held_))};
  for (const auto& each : connections_)
    sum.streams += each.streams;
  return sum;
}

void channel_pool::renew_material() {
  if (!settings_.tls.enabled || !std::exchange(renew_, true))
    return;
  if (auto renewed = read_tls_material(settings_.tls))
    material_ = std::move(*renewed);
}

std::shared_ptr<grpc::Channel> channel_pool::open() {
  renew_material();
  auto made = grpc::CreateCustomChannel(to_string(where_.where), channel_credentials(settings_.tls, material_),
                                        channel_arguments(where_, settings_, engine_.get()));
  auto* const channel = made.get();
  return {channel, [made = std::move(made), opened = std::chrono::steady_clock::now()](grpc::Channel*) mutable {
            let_go(std::move(made), opened);
          }};
}

} // namespace kdb::inline v0::rpc
