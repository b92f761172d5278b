// SPDX-License-Identifier: Apache-2.0
#include <kdb/remote.hpp>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <fstream>
#include <utility>

#include "actors/remote/caf_io.hpp"
#include "actors/remote/gateway.hpp"
#include "actors/remote/openssl_errors.hpp"
#include "actors/remote/portal.hpp"

namespace kdb::inline v0 {

namespace {

unexpected refuse(std::string member, std::string problem, std::string accepted) {
  auto message = problem + "; give " + accepted;
  return unexpected({.code = errc::invalid_argument,
                     .message = std::move(message),
                     .detail = bad_argument{std::move(member), std::move(accepted)}});
}

result<void> check_file(const std::string& member, const std::string& path) {
  if (std::ifstream{path}.is_open())
    return {};
  return refuse(member, "the file " + member + " can't be read: '" + path + "'", "the path of a PEM file");
}

/// The actor of CAF that opens and finds ports.
result<caf::io::middleman_actor> middleman_of(caf::actor_system& system, bool tls) {
  if (!system.has_middleman())
    return refuse("system", "the actor system has no io module", "a system whose configuration was given to kdb::load_remote()");
  if (!tls)
    return system.middleman().actor_handle();
#if KDB_REMOTE_TLS
  if (system.has_openssl_manager()) {
    remote::keep_tls_failures_apart(system);
    return system.openssl_manager().actor_handle();
  }
#endif
  return refuse("tls", "the actor system has no certificates",
                "a system whose configuration was given to kdb::load_remote() with remote_tls");
}

/// The reason in an error of CAF's io module.
error io_error(const caf::error& cause, const std::string& action) {
  if (cause == caf::sec::request_timeout)
    return {.code = errc::deadline_exceeded, .message = action + " took too long", .retry_can_help = true};
  return {.code = errc::unavailable, .message = action + " failed: " + error::from(cause).message, .retry_can_help = true};
}

} // namespace

result<void> load_remote(caf::actor_system_config& config, const std::optional<remote_tls>& tls) {
  if (tls) {
#if KDB_REMOTE_TLS
    for (const auto& [member, path] : {std::pair{"certificate_file", tls->certificate_file}, std::pair{"key_file", tls->key_file},
                                       std::pair{"ca_file", tls->ca_file}})
      if (auto fine = check_file(member, path); !fine)
        return fine;
#else
    return unexpected(
      {.code = errc::unsupported, .message = "this libkdb was built without caf_openssl: there is no TLS between processes"});
#endif
  }
  init_caf();
  any_caf::load_module<caf::io::middleman>(config);
  any_caf::read_messages_at_once(config);
#if KDB_CAF_1
  init_caf<kdb_block::kdb_remote>();
#endif
#if KDB_REMOTE_TLS
  if (tls) {
    any_caf::load_module<caf::openssl::manager>(config);
    any_caf::use_certificates(config, tls->certificate_file, tls->key_file, tls->ca_file);
  }
#endif
  return {};
}

result<publication> publish(const client_actor& client, const publish_options& options) {
  if (!client)
    return refuse("client", "there is no client", "the handle of a client");
  auto& system = client.home_system();
  const auto middleman = middleman_of(system, options.tls);
  if (!middleman)
    return unexpected{middleman.error()};
  const caf::actor gateway =
    system.spawn(remote::gateway, remote::gateway_parts{.client = caf::actor_cast<caf::actor>(client),
                                                        .accepts_secrets = options.tls || options.allow_clear_text_credentials});
  caf::scoped_actor self{system};
  result<publication> published = unexpected{error{}};
  const auto where = options.bind_address + ":" + std::to_string(options.port);
  any_caf::publish_at(
    self, *middleman, gateway, options.port, options.bind_address,
    [&](std::uint16_t port) {
      published = publication{port, gateway};
    },
    [&](const caf::error& cause) { published = unexpected{io_error(cause, "opening " + where)}; });
  if (!published) {
    caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
    return published;
  }
  // Here and not in the gateway: only now the port is known. The port is closed before anybody learns that the gateway has ended.
  gateway->attach_functor([middleman = *middleman, address = gateway.address(), port = published->port()] {
    any_caf::unpublish_at(middleman, address, port);
  });
  return published;
}

void publication::stop() const {
  caf::anon_send_exit(gateway_, caf::exit_reason::user_shutdown);
}

result<client_actor> connect_remote(caf::actor_system& system, const remote_options& options) {
  if (options.timeout <= std::chrono::milliseconds::zero())
    return refuse("timeout", "the timeout must be positive", "more than 0 ms");
  if (options.port == 0)
    return refuse("port", "the port is missing", "the port of a publication, 1 to 65535");
  const auto middleman = middleman_of(system, options.tls);
  if (!middleman)
    return unexpected{middleman.error()};
  const auto peer = options.host + ":" + std::to_string(options.port);
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  caf::scoped_actor self{system};
  result<caf::actor> gateway = unexpected{error{}};
  any_caf::connect_to(
    self, *middleman, options.timeout, options.host, options.port,
    [&](const caf::strong_actor_ptr& found) {
      if (found)
        gateway = caf::actor_cast<caf::actor>(found);
      else
        gateway = unexpected{error{.code = errc::unavailable,
                                   .message = "connecting to " + peer + " failed: it publishes nothing there any more",
                                   .retry_can_help = true}};
    },
    [&](const caf::error& cause) { gateway = unexpected{io_error(cause, "connecting to " + peer)}; });
  if (!gateway)
    return unexpected{std::move(gateway.error())};
  const auto left = std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()),
                             std::chrono::milliseconds{1});
  const auto started = system.spawn(
    remote::portal, remote::portal_parts{
                      .gateway = *gateway, .peer = peer, .sends_secrets = options.tls || options.allow_clear_text_credentials});
  result<void> opened = unexpected{error{}};
  any_caf::request(self, started, left, remote::await_portal{})
    .receive([&] { opened.emplace(); },
             [&](const caf::error& cause) {
               opened = unexpected{
                 cause == caf::sec::request_timeout
                   ? error{.code = errc::deadline_exceeded,
                           .message = "connecting to " + peer + " took too long: no client of libkdb has answered there",
                           .retry_can_help = true}
                   : error::from(cause)};
             });
  if (opened)
    return caf::actor_cast<client_actor>(started);
  caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
  return unexpected{std::move(opened.error())};
}

} // namespace kdb::inline v0
