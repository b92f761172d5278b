// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libkdb/rpc/transport.hpp"
#include <kdb/error.hpp>

// What a handshake with a node showed, and what that means. No network, no clock.
namespace kdb::inline v0::rpc {

/// How far a handshake came.
enum class handshake_end : std::uint8_t {
  unreachable, ///< There was no connection.
  unfinished,  ///< Its time was over.
  closed,      ///< The node closed the connection.
  refused,     ///< One of the sides refused to go on.
  established, ///< It was carried through.
};

/// What was seen of a certificate; texts, ready to be shown.
struct seen_certificate {
  std::string subject{};
  std::string issuer{};
  std::string not_before{};
  std::string not_after{};
};

struct handshake_facts {
  handshake_end end = handshake_end::unreachable;
  std::string first_bytes{};        ///< What the node sent first; a few are enough.
  bool http2 = false;               ///< The node has agreed to speak HTTP/2.
  int complaint = 0;                ///< OpenSSL's first one about the certificate (X509_V_ERR_…); 0: none.
  std::string complaint_text{};     ///< The same in OpenSSL's words.
  seen_certificate blamed{};        ///< The certificate it is about: the node's, or one that it depends on.
  bool is_nodes_own = true;         ///< Whether that is the node's.
  std::vector<std::string> names{}; ///< In the node's certificate.
  std::optional<int> alert{};       ///< What the node said when it refused (SSL_AD_…).
  std::string alert_text{};         ///< The same in OpenSSL's words.
  int reason = 0;                   ///< Why OpenSSL refused (SSL_R_…).
  std::string reason_text{};        ///< The same in OpenSSL's words.
  bool certificate_wanted = false;  ///< The node has asked for a certificate of the client.
};

/// What the client does by its settings.
struct handshake_side {
  bool tls = true;
  bool has_certificate = false;
};

/// Why no connection to that node can be trusted, as the handshake has shown it; nothing if the handshake says nothing against it, or
/// nothing at all.
std::optional<error> explain(const address& node, const handshake_side& client, const handshake_facts& seen);

/// Whether a server that began with these bytes speaks TLS.
bool begins_tls(std::string_view bytes);

/// Whether a failed connection says by itself that the node can't be reached, so that there is nobody to shake hands with.
bool says_unreachable(std::string_view message);

} // namespace kdb::inline v0::rpc
