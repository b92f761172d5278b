// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libkdb/rpc/transport.hpp"
#include <kdb/error.hpp>

// The observations of a handshake with a node, and the cause of a failure that they show. No network, no clock.
namespace kdb::inline v0::rpc {

/// How far a handshake came.
enum class handshake_end : std::uint8_t {
  unreachable, ///< There was no connection.
  unfinished,  ///< The time limit has passed.
  closed,      ///< The node closed the connection.
  refused,     ///< One of the sides refused to continue.
  established, ///< It was completed.
};

/// Data of a received certificate, as texts for messages.
struct seen_certificate {
  std::string subject{};
  std::string issuer{};
  std::string not_before{};
  std::string not_after{};
};

struct handshake_facts {
  handshake_end end = handshake_end::unreachable;
  std::string first_bytes{};        ///< The first few bytes that the node sent.
  bool http2 = false;               ///< The node has agreed to speak HTTP/2.
  int complaint = 0;                ///< OpenSSL's first error about a certificate (X509_V_ERR_…); 0: none.
  std::string complaint_text{};     ///< The same in OpenSSL's words.
  seen_certificate blamed{};        ///< The certificate of that error: the node's, or one of its chain.
  bool is_nodes_own = true;         ///< Whether `blamed` is the node's certificate.
  std::vector<std::string> names{}; ///< In the node's certificate.
  std::optional<int> alert{};       ///< The alert that the node sent when it refused (SSL_AD_…).
  std::string alert_text{};         ///< The same in OpenSSL's words.
  int reason = 0;                   ///< Why OpenSSL refused (SSL_R_…).
  std::string reason_text{};        ///< The same in OpenSSL's words.
  bool certificate_wanted = false;  ///< The node has asked for a certificate of the client.
};

/// The client's side of the handshake, according to its settings.
struct handshake_side {
  bool tls = true;
  bool has_certificate = false;
};

/// Finds in a handshake why connections to the node fail. Returns nothing if the handshake shows no fault, or nothing at all.
std::optional<error> explain(const address& node, const handshake_side& client, const handshake_facts& seen);

/// Whether a server that began with these bytes speaks TLS.
bool begins_tls(std::string_view bytes);

/// Whether the error text of a failed connection says that the node is unreachable. Then a handshake is useless.
bool says_unreachable(std::string_view message);

} // namespace kdb::inline v0::rpc
