// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <kdb/actors.hpp>
#include <kdb/export.hpp>
#include <kdb/result.hpp>

// A client that other processes use. One process owns the client and publishes it; others connect to it and get the same typed interface.
// Component `kdb::remote`, which needs CAF's io module. docs/guide/across-processes.md has the whole story.
namespace kdb {
inline namespace KDB_API v0 {

/// The certificates with which a process proves to others who it is, and the authority whose certificates it accepts. CAF keeps one of them
/// for each actor system. It does not compare host names: every holder of a certificate of the authority is accepted. So use an authority
/// that signs for nothing else.
struct remote_tls {
  std::string certificate_file; ///< PEM file with the certificate of this process.
  std::string key_file;         ///< PEM file with its private key.
  std::string ca_file;          ///< PEM file with the authority.
};

/// Loads what `publish` and `connect_remote` need into the configuration of an actor system: CAF's io module and, with certificates, its
/// openssl module. Call it once, before the actor system is made, in place of `config.load<caf::io::middleman>()`. It calls `init_caf`.
/// `invalid_argument` if a file can't be read; `unsupported` if libkdb was built without caf_openssl and there are certificates.
result<void> load_remote(caf::actor_system_config& config, const std::optional<remote_tls>& tls = {});

/// Options of a publication.
struct publish_options {
  /// The port to listen on. 0: the system chooses one.
  std::uint16_t port = 0;
  /// The address to listen on. CAF trusts everybody who can connect: beyond loopback, use TLS. Empty: all addresses.
  std::string bind_address = "127.0.0.1";
  /// Whether connections are encrypted, and only holders of a certificate accepted. Needs certificates in `load_remote`.
  bool tls = false;
  /// Whether requests with credentials or passwords are also accepted without TLS.
  bool allow_clear_text_credentials = false;
};

/// A published client.
class publication {
public:
  /// Made by `publish`.
  publication(std::uint16_t port, caf::actor gateway) : port_{port}, gateway_{std::move(gateway)} {}

  /// The port on which it listens.
  std::uint16_t port() const { return port_; }
  /// The actor to which others connect. It ends with the client, or by an exit message from this process. It can be monitored.
  const caf::actor& gateway() const { return gateway_; }
  /// Ends the publication: closes the port, and ends the readers, subscriptions and consumers of all other processes. The client stays.
  void stop() const;

private:
  std::uint16_t port_;
  caf::actor gateway_;
};

/// Publishes a client, so that other processes can use it with `connect_remote`. The publication lives until the client ends or it is
/// stopped, whether anyone holds it or not. Call it on a thread of the host, not in an actor: it waits until the port is open.
/// `invalid_argument` if the system lacks a module that `load_remote` loads; `unavailable` if the port can't be opened.
result<publication> publish(const client_actor& client, const publish_options& options = {});

/// Options of a connection to a published client.
struct remote_options {
  /// The host of the process that publishes the client.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  /// Whether the publication uses TLS. Needs certificates in `load_remote`.
  bool tls = false;
  /// Whether requests with credentials or passwords are also sent without TLS. The publication must allow it, too.
  bool allow_clear_text_credentials = false;
  /// How long connecting may take. Must be positive.
  std::chrono::milliseconds timeout{10'000};
};

/// Connects to a client that another process has published. The answer is the handle of an actor of this process with the interface of the
/// client: requests, answers and errors are the same. Subscribers, observers and the actors of streams are local.
///
/// If the other process ends, or the connection to it, this client ends: its monitors and links fire, with an exit reason that
/// `error::from` explains; pending requests fail with `unavailable`, writes with an unknown outcome; subscriptions end with
/// `connection_lost`, or with `closed` if the published client or its publication was ended in order. It does not connect again by itself:
/// its supervisor calls `connect_remote`.
///
/// `close` ends this client and everything that was started through it, not the published one. Call this function on a thread of the host,
/// not in an actor: it waits. `unavailable` if nothing listens there, `deadline_exceeded` after the timeout, `unsupported` if the other
/// process has another version of the protocol.
result<client_actor> connect_remote(caf::actor_system& system, const remote_options& options);

} // namespace v0
} // namespace kdb
