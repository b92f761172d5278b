// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "libkdb/rpc/handshake_verdict.hpp"

using namespace kdb;
using rpc::handshake_end;
using rpc::handshake_facts;
using rpc::handshake_side;

namespace {

struct row {
  std::string_view what;
  handshake_side client;
  handshake_facts seen;
  std::optional<tls_problem> problem;
  std::string_view words = "";
};
std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.what;
}

const std::string tls_bytes = "\x16\x03\x03";

handshake_facts complaint(int what, bool own = true) {
  return {.end = handshake_end::established,
          .first_bytes = tls_bytes,
          .http2 = true,
          .complaint = what,
          .complaint_text = "OpenSSL's words",
          .blamed = {.subject = "CN=n", .issuer = "CN=ca", .not_before = "2030-01-01", .not_after = "2020-01-01"},
          .is_nodes_own = own,
          .names = {"localhost", "10.0.0.1"}};
}

handshake_facts ended(handshake_end how, std::optional<int> alert = {}, bool wanted = false, int reason = 0) {
  return {.end = how,
          .first_bytes = tls_bytes,
          .http2 = true,
          .alert = alert,
          .alert_text = "its words",
          .reason = reason,
          .reason_text = "OpenSSL's words",
          .certificate_wanted = wanted};
}

constexpr auto refused = handshake_end::refused;
constexpr auto closed = handshake_end::closed;
constexpr auto done = handshake_end::established;
constexpr handshake_side plain{.tls = false}, tls{}, with_certificate{.has_certificate = true};

const std::vector<row> rows{
  {"nothing seen", tls, {}, std::nullopt},
  {"silence", tls, {.end = handshake_end::unfinished}, std::nullopt},
  {"all is well", tls, ended(done), std::nullopt},
  {"all is well, certificate asked for", tls, ended(done, {}, true), std::nullopt},
  {"HTTP/2 in clear",
   tls,
   {.end = refused, .first_bytes = std::string{"\0\0\x06\x04", 4}},
   tls_problem::server_without_tls,
   "tls=false"},
  {"HTTP/1 in clear", tls, {.end = refused, .first_bytes = "HTTP/1.1"}, tls_problem::server_without_tls, "does not speak TLS"},
  {"TLS for a plain client", plain, {.end = refused, .first_bytes = tls_bytes}, tls_problem::server_with_tls, "tls=true"},
  {"an alert for a plain client", plain, {.end = refused, .first_bytes = "\x15\x03"}, tls_problem::server_with_tls},
  {"a plain server for a plain client", plain, {.end = refused, .first_bytes = std::string{"\0\0", 2}}, std::nullopt},
  {"nothing for a plain client", plain, {.end = closed}, std::nullopt},
  {"issuer not found", tls, complaint(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY), tls_problem::unknown_authority, "tlsCaFile"},
  {"self-signed", tls, complaint(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT), tls_problem::unknown_authority,
   "(CN=n, issued by CN=ca)"},
  {"self-signed root", tls, complaint(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, false), tls_problem::unknown_authority,
   "the authority of the node's certificate (CN=n) is not trusted"},
  {"false signature", tls, complaint(X509_V_ERR_CERT_SIGNATURE_FAILURE), tls_problem::unknown_authority},
  {"another name", tls, complaint(X509_V_ERR_HOSTNAME_MISMATCH), tls_problem::wrong_name,
   "is for localhost, 10.0.0.1, not for 'db'"},
  {"another address", tls, complaint(X509_V_ERR_IP_ADDRESS_MISMATCH), tls_problem::wrong_name},
  {"expired", tls, complaint(X509_V_ERR_CERT_HAS_EXPIRED), tls_problem::expired, "until 2020-01-01"},
  {"expired authority", tls, complaint(X509_V_ERR_CERT_HAS_EXPIRED, false), tls_problem::expired, "that the node's depends on"},
  {"not yet valid", tls, complaint(X509_V_ERR_CERT_NOT_YET_VALID), tls_problem::not_yet_valid, "from 2030-01-01"},
  {"weak", tls, complaint(X509_V_ERR_EE_KEY_TOO_SMALL), tls_problem::bad_certificate, "OpenSSL's words"},
  {"no certificate, 1.3", tls, ended(refused, SSL_AD_CERTIFICATE_REQUIRED, true), tls_problem::client_certificate_required,
   "userCertFile"},
  {"no certificate, 1.2", tls, ended(refused, SSL_AD_HANDSHAKE_FAILURE, true), tls_problem::client_certificate_required,
   "its words"},
  {"no certificate, closed", tls, ended(closed, {}, true), tls_problem::client_certificate_required, "it closed the connection"},
  {"unknown certificate", with_certificate, ended(refused, SSL_AD_UNKNOWN_CA, true), tls_problem::client_certificate_refused},
  {"expired certificate", with_certificate, ended(refused, SSL_AD_CERTIFICATE_EXPIRED, true),
   tls_problem::client_certificate_refused},
  {"refused certificate, closed", with_certificate, ended(closed, {}, true), tls_problem::client_certificate_refused},
  {"old versions only", tls, ended(refused, SSL_AD_PROTOCOL_VERSION), tls_problem::no_common_version, "1.2 and 1.3"},
  {"old version chosen", tls, ended(refused, {}, false, SSL_R_UNSUPPORTED_PROTOCOL), tls_problem::no_common_version},
  {"no common cipher", tls, ended(refused, SSL_AD_HANDSHAKE_FAILURE), tls_problem::other, "its words"},
  {"nonsense", tls, ended(refused, {}, false, SSL_R_BAD_LENGTH), tls_problem::other, "OpenSSL's words"},
  {"closed", tls, ended(closed), tls_problem::other, "closed the connection"},
  {"no HTTP/2", tls, {.end = done, .first_bytes = tls_bytes}, tls_problem::other, "HTTP/2"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(handshake_verdict)

BOOST_DATA_TEST_CASE(what_was_seen_tells_the_problem, boost::unit_test::data::make(rows)) {
  const auto why = rpc::explain({.where = {"10.0.0.9", 2113}, .server_name = "db"}, sample.client, sample.seen);
  BOOST_REQUIRE(why.has_value() == sample.problem.has_value());
  if (!why)
    return;
  BOOST_TEST((why->code == errc::tls_failed));
  const auto* detail = std::get_if<tls_failure>(&why->detail);
  BOOST_REQUIRE(detail);
  BOOST_TEST(to_string(detail->problem) == to_string(*sample.problem));
  BOOST_TEST(detail->host == "10.0.0.9");
  BOOST_TEST(detail->port == 2113);
  BOOST_TEST(why->message.starts_with("10.0.0.9:2113: "));
  BOOST_TEST(why->message.find(sample.words) != std::string::npos, why->message);
  BOOST_TEST(why->retry_can_help);
}

BOOST_AUTO_TEST_CASE(nobody_shakes_hands_with_a_node_that_is_not_there) {
  BOOST_TEST(rpc::says_unreachable("failed to connect: ipv4:127.0.0.1:1: connect: Connection refused"));
  BOOST_TEST(!rpc::says_unreachable("failed to connect to all addresses; last error: Ssl handshake failed"));
}

BOOST_AUTO_TEST_SUITE_END()
