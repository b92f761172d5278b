// SPDX-License-Identifier: Apache-2.0
#include "libkdb/rpc/handshake_verdict.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <utility>

#include "libkdb/policy/failure.hpp"

namespace kdb::inline v0::rpc {

namespace {

struct verdict {
  tls_problem problem;
  std::string text;
};
using finding = std::optional<verdict>;

std::string in_brackets(const std::string& text) {
  return text.empty() ? "" : " (" + text + ")";
}

// -- the node's certificate --------------------------------------------------------------

std::string blamed_certificate(const handshake_facts& seen) {
  const std::string which = seen.is_nodes_own ? "the node's certificate" : "a certificate that the node's depends on";
  return which + " (" + seen.blamed.subject + ", issued by " + seen.blamed.issuer + ")";
}

std::string untrusted(const handshake_facts& seen) {
  return seen.is_nodes_own ? blamed_certificate(seen) + " is signed by no authority that is trusted"
                           : "the authority of the node's certificate (" + seen.blamed.subject + ") is not trusted";
}

finding about_names(const address& node, const handshake_facts& seen) {
  const auto& wanted = node.server_name.empty() ? node.where.host : node.server_name;
  std::string names;
  for (const auto& each : seen.names)
    names += (names.empty() ? "" : ", ") + each;
  return verdict{tls_problem::wrong_name,
                 "the node's certificate is for " + (names.empty() ? "no name" + in_brackets(seen.blamed.subject) : names) +
                   ", not for '" + wanted + "'; connect by a name that it has, or give the node a certificate for that name"};
}

finding about_certificate(const address& node, const handshake_facts& seen) {
  switch (seen.complaint) {
    case X509_V_OK: return std::nullopt;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return verdict{tls_problem::unknown_authority, untrusted(seen) + in_brackets(seen.complaint_text) +
                                                       "; give the certificate of the node's authority with tlsCaFile"};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return about_names(node, seen);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return verdict{tls_problem::expired, blamed_certificate(seen) + " has expired: it was valid until " +
                                             seen.blamed.not_after + "; renew it, or set the clock of this machine"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return verdict{tls_problem::not_yet_valid, blamed_certificate(seen) + " is not valid yet: it will be from " +
                                                   seen.blamed.not_before + "; set the clocks of node and client"};
    default: return verdict{tls_problem::bad_certificate, blamed_certificate(seen) + " is refused: " + seen.complaint_text};
  }
}

// -- the client's certificate, and the rest ----------------------------------------------

/// Whether the alert is one that servers answer a client's certificate with, or the lack of one.
bool is_about_clients(int alert) {
  static constexpr std::array alerts{SSL_AD_HANDSHAKE_FAILURE,   SSL_AD_BAD_CERTIFICATE,     SSL_AD_UNSUPPORTED_CERTIFICATE,
                                     SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN,
                                     SSL_AD_UNKNOWN_CA,          SSL_AD_ACCESS_DENIED,       SSL_AD_CERTIFICATE_REQUIRED};
  return std::find(alerts.begin(), alerts.end(), alert) != alerts.end();
}

finding about_clients_certificate(const handshake_side& client, const handshake_facts& seen) {
  const auto alerted = seen.alert && is_about_clients(*seen.alert);
  if (!seen.certificate_wanted || !(alerted || seen.end == handshake_end::closed))
    return std::nullopt;
  const auto words = alerted ? in_brackets("it said: " + seen.alert_text) : " (it closed the connection)";
  if (!client.has_certificate)
    return verdict{tls_problem::client_certificate_required,
                   "the node wants a certificate of its clients" + words + "; give one with userCertFile and userKeyFile"};
  return verdict{tls_problem::client_certificate_refused,
                 "the node does not accept the client's certificate" + words +
                   "; it may be expired, or signed by an authority that the node does not trust"};
}

bool is_about_versions(const handshake_facts& seen) {
  static constexpr std::array reasons{SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_VERSION_TOO_LOW,
                                      SSL_R_VERSION_TOO_HIGH};
  return seen.alert == SSL_AD_PROTOCOL_VERSION || std::find(reasons.begin(), reasons.end(), seen.reason) != reasons.end();
}

finding about_the_rest(const handshake_facts& seen) {
  if (is_about_versions(seen))
    return verdict{tls_problem::no_common_version,
                   "node and client have no version of TLS in common; the client speaks 1.2 and 1.3"};
  if (seen.end == handshake_end::refused) {
    const auto words = seen.alert ? "the node said: " + seen.alert_text : seen.reason_text;
    return verdict{tls_problem::other, "the handshake of TLS failed" + in_brackets(words)};
  }
  if (seen.end == handshake_end::closed)
    return verdict{tls_problem::other, "the node closed the connection in the middle of the handshake of TLS"};
  if (seen.end == handshake_end::established && !seen.http2)
    return verdict{tls_problem::other, "a server with TLS is there, but it does not offer HTTP/2; is this the port of a node?"};
  return std::nullopt;
}

finding find_out(const address& node, const handshake_side& client, const handshake_facts& seen) {
  if (!client.tls)
    return begins_tls(seen.first_bytes)
             ? finding{{tls_problem::server_with_tls, "the node speaks TLS, and the client does not; connect with tls=true"}}
             : std::nullopt;
  if (!seen.first_bytes.empty() && !begins_tls(seen.first_bytes))
    return verdict{tls_problem::server_without_tls,
                   "the node does not speak TLS; connect with tls=false if that is intended: all data are then sent unencrypted"};
  auto found = about_certificate(node, seen);
  if (!found)
    found = about_clients_certificate(client, seen);
  return found ? found : about_the_rest(seen);
}

} // namespace

bool begins_tls(std::string_view bytes) {
  return bytes.starts_with('\x16') || bytes.starts_with('\x15'); // A handshake, or an alert.
}

std::optional<error> explain(const address& node, const handshake_side& client, const handshake_facts& seen) {
  auto found = find_out(node, client, seen);
  if (!found)
    return std::nullopt;
  return error{.code = errc::tls_failed,
               .message = to_string(node.where) + ": " + found->text,
               .detail = tls_failure{.problem = found->problem, .host = node.where.host, .port = node.where.port},
               .retry_can_help = policy::retry_can_help(errc::tls_failed)};
}

bool says_unreachable(std::string_view message) {
  static constexpr std::array<std::string_view, 5> words{"Connection refused", "No route to host", "Network is unreachable",
                                                         "DNS resolution failed", "Host is down"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) { return message.find(each) != message.npos; });
}

} // namespace kdb::inline v0::rpc
