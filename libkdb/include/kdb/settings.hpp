// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/call_options.hpp>
#include <kdb/connection_change.hpp>
#include <kdb/endpoint.hpp>
#include <kdb/export.hpp>
#include <kdb/log.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

class tracer;
class meter;

/// Which node of a cluster to use.
enum class node_preference : std::uint8_t { leader, follower, random, read_only_replica };

std::string_view to_string(node_preference preference);

/// How connections are secured.
struct tls_settings {
  /// Off: plain HTTP/2.
  bool enabled = true;
  /// Off: any certificate is accepted. For tests only.
  bool verify_certificate = true;
  /// PEM file with the trusted authorities. Empty: those of the system. All files are read again for each new connection.
  std::string ca_file{};
  /// PEM file with a client certificate, followed by the intermediate certificates. Set this and the key, or neither.
  std::string user_certificate_file{};
  /// PEM file with the key of the certificate.
  std::string user_key_file{};
  /// The same as PEM text, in place of the files.
  std::string ca_pem{};
  std::string user_certificate_pem{}; ///< PEM text in place of `user_certificate_file`.
  std::string user_key_pem{};         ///< PEM text in place of `user_key_file`.
  friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

/// The settings of a client. Usually made by `settings::from_connection_string` and adjusted.
struct settings {
  /// One or many seeds.
  std::vector<endpoint> endpoints{};
  /// Resolve each name to all its addresses and ask them for the cluster (`kurrentdb+discover`).
  bool discover = false;
  /// How connections are secured.
  tls_settings tls{};
  /// The credentials of the client. Calls may have their own.
  std::optional<kdb::credentials> credentials{};
  /// Supplies the client's credentials, in place of `credentials`: called before the first connection, again before they expire, and when
  /// a server has refused them. While it fails, requests that need a node fail with `unauthenticated` and its message. Credentials of a
  /// call take precedence. Empty: none.
  kdb::credentials_provider credentials_provider{};
  /// Send credentials also without TLS. Off: a client with credentials and without TLS sends none, and logs a warning.
  bool credentials_in_clear = false;
  /// Shown by the server for consumers. Empty: a random UUID, chosen when the client starts.
  std::string connection_name{};

  /// Headers that are sent with every call, including those that look for a node. Never logged.
  std::vector<header> headers{};
  /// Supplies headers for each call, besides `headers`, and in place of those with the same name. Headers of a call take precedence. A call
  /// keeps the headers with which it began: most appends share a call, and subscriptions last. If the provider throws, the node counts as
  /// lost: calls fail with `unavailable` and its message, until the provider works again. If it supplies a header that can't be sent, calls
  /// fail with `invalid_argument`. Empty: none.
  kdb::header_provider header_provider{};

  /// Attempts of a discovery round before waiting requests fail; -1: no limit. At least 1 otherwise.
  int max_discover_attempts = 10;
  /// The time between two attempts.
  std::chrono::milliseconds discovery_interval{100};
  /// Timeout for the gossip of one node.
  std::chrono::milliseconds gossip_timeout{5000};
  /// Which node of a cluster to use.
  node_preference preference = node_preference::leader;
  /// Use only a node of the preferred kind; otherwise the next best one is used. Unset: strict if the leader is preferred.
  std::optional<bool> strict_preference{};

  /// Deadline of operations without one of their own. Unset: none. Never bounds subscriptions.
  std::optional<std::chrono::milliseconds> default_deadline{};
  /// Interval of pings on an idle connection. Unset: no pings.
  std::optional<std::chrono::milliseconds> keep_alive_interval{std::chrono::milliseconds{10'000}};
  /// A ping that is not answered within this time ends the connection. Unset: gRPC's default.
  std::optional<std::chrono::milliseconds> keep_alive_timeout{std::chrono::milliseconds{10'000}};
  /// If a call waits for the node, and the node sends nothing on any call for this time, the client asks other members of the cluster
  /// whether the node was replaced, for instance by another leader. If so, the client leaves the node, and its calls end with
  /// `unavailable`. A node that is only slow stays in use. Use at least 250 ms. Unset: only the keepalive detects a silent node.
  std::optional<std::chrono::milliseconds> silence_timeout{std::chrono::milliseconds{2'000}};
  /// Timeout for the first answer of a read or subscription whose call has no deadline.
  std::chrono::milliseconds start_timeout{10'000};

  /// The maximum number of appends in flight. Further appends wait in the client.
  std::uint32_t max_appends_in_flight = 1024;
  /// The maximum number of bytes of the appends in flight.
  std::uint64_t max_append_bytes_in_flight = 64ull << 20;
  /// The maximum memory that gRPC uses for the client, in bytes: data that has arrived and was not read yet, headers, and the calls
  /// themselves. Above it gRPC ends calls, which fail with `unavailable`, until it uses less, and the client leaves the node. At least 32
  /// MiB, because the largest message must fit.
  std::uint64_t max_transport_bytes = 1ull << 30;

  /// Retries of operations without `call_options::retry`; see there.
  std::uint32_t retry = 0;

  /// How many workers of the client are replaced after a bug within `restart_span`. One more failure ends the client.
  std::uint32_t max_restarts = 10;
  std::chrono::milliseconds restart_span{60'000}; ///< The time in which `max_restarts` count.

  /// Receives log lines. Empty: nothing is logged.
  log_sink log{};
  /// Lines below this level are not logged.
  log_level minimum_log_level = log_level::info;
  /// Called with every change of the connection, in order, on the thread of the log sink. The last change is `client_closed`. Its
  /// exceptions are dropped. Objects that it uses must live until the client has ended, see docs/guide/closing.md. Empty: not called.
  change_sink on_change{};
  /// Traces what the client does, see `kdb/tracer.hpp`. Null: nothing, at no cost.
  std::shared_ptr<kdb::tracer> tracer{};
  /// Measures what the client does, see `kdb/meter.hpp`. Null: nothing, at no cost.
  std::shared_ptr<kdb::meter> meter{};

  /// Options of the connection string that clients in other languages have and this one does not need. They change nothing; the client
  /// logs a warning that names them.
  std::vector<std::string> ignored_options{};

  /// Reads a connection string. Errors are `invalid_connection_string` and name the option; see `docs/connection-string.md`.
  static result<settings> from_connection_string(std::string_view text);

  /// Checks what can be checked without a network. Errors are `invalid_argument` and name the member.
  result<void> validate() const;

  /// One line for each member whose value is valid, but probably a mistake, such as a wrong unit, and one for all
  /// ignored options. For logs; contains no secrets.
  std::vector<std::string> warnings() const;
};

/// The connection string for these settings, with `***` in place of a password. Parsing it gives the same settings, except for the
/// password and the members that have no option in a connection string: tokens and providers of credentials, PEM texts,
/// `strict_preference`, the limits of appends and of memory, the start timeout, retries, restarts, headers, their provider, the log, `on_change`, the
/// tracer and the meter.
std::string to_string(const settings& all);

} // namespace v0
} // namespace kdb
