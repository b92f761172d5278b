// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <kdb/settings.hpp>

using namespace std::chrono_literals;
using namespace std::string_literals;
using kdb::settings;

namespace {

settings usable() {
  return {.endpoints = {{"localhost", 2113}}};
}

/// One change to usable settings and the member that is refused for it; none if it is fine.
struct change {
  std::string member;
  std::function<void(settings&)> make;
};

std::ostream& operator<<(std::ostream& out, const change& one) {
  return out << (one.member.empty() ? "allowed" : one.member);
}

const std::vector<change> changes{
  {"", [](settings&) {}},
  {"endpoints", [](settings& s) { s.endpoints.clear(); }},
  {"endpoints[0].host", [](settings& s) { s.endpoints[0].host = ""; }},
  {"endpoints[0].host", [](settings& s) { s.endpoints[0].host = "[::1]"; }},
  {"endpoints[0].host", [](settings& s) { s.endpoints[0].host = "a b"; }},
  {"endpoints[0].host", [](settings& s) { s.endpoints[0].host = "a:1"; }},
  {"endpoints[0].host", [](settings& s) { s.endpoints[0].host = std::string(254, 'a'); }},
  {"endpoints[1].host",
   [](settings& s) {
     s.endpoints.push_back({"a/b", 1});
   }},
  {"endpoints[1].port",
   [](settings& s) {
     s.endpoints.push_back({"a", 0});
   }},
  {"",
   [](settings& s) {
     s.endpoints.push_back({"::1", 65535});
   }},
  {"",
   [](settings& s) {
     s.endpoints.push_back({"fe80::1%eth0", 1});
   }},
  {"",
   [](settings& s) {
     s.headers = {{"x-gateway-key", "s3cret"}, {"trace_id.1-bin", "\x00\xFF"s}, {"x-empty", ""}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"X-Upper", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"a b", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{":path", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"authorization", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"requires-leader", "true"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"connection-name", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"grpc-timeout", "1S"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"te", "trailers"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"content-type", "v"}};
   }},
  {"headers[0].name",
   [](settings& s) {
     s.headers = {{"user-agent", "v"}};
   }},
  {"headers[1].value",
   [](settings& s) {
     s.headers = {{"x-a", "v"}, {"x-b", "a\nb"}};
   }},
  {"headers[0].value",
   [](settings& s) {
     s.headers = {{"x-a", " v"}};
   }},
  {"headers[0].value",
   [](settings& s) {
     s.headers = {{"x-a", "\xC3\xA9"}};
   }},
  {"headers[0].value",
   [](settings& s) {
     s.headers = {{"x-a", std::string(16'001, 'v')}};
   }},
  {"tls.ca_file", [](settings& s) { s.tls.ca_file = "a\0b"s; }},
  {"tls.user_certificate_file", [](settings& s) { s.tls.user_certificate_file = s.tls.user_key_file = "\0"s; }},
  {"tls.user_key_file", [](settings& s) { s.tls.user_certificate_file = "c", s.tls.user_key_file = "k\0"s; }},
  {"tls.user_key_file", [](settings& s) { s.tls.user_certificate_file = "c"; }},
  {"tls.user_key_file", [](settings& s) { s.tls.user_key_file = "k"; }},
  {"", [](settings& s) { s.tls = {.user_certificate_file = "c", .user_key_file = "k"}; }},
  {"tls.user_key_pem", [](settings& s) { s.tls.user_certificate_pem = "c"; }},
  {"tls.user_key_pem", [](settings& s) { s.tls.user_key_pem = "k"; }},
  {"tls.ca_pem", [](settings& s) { s.tls = {.ca_file = "f", .ca_pem = "p"}; }},
  {"tls.user_certificate_pem",
   [](settings& s) {
     s.tls = {.user_certificate_file = "c", .user_key_file = "k", .user_certificate_pem = "c", .user_key_pem = "k"};
   }},
  {"", [](settings& s) { s.tls = {.ca_file = "f", .user_certificate_pem = "c", .user_key_pem = "k"}; }},
  {"credentials_provider",
   [](settings& s) {
     s.credentials = kdb::credentials::bearer("t");
     s.credentials_provider = [](const kdb::credentials_handler&) {};
   }},
  {"", [](settings& s) { s.credentials_provider = [](const kdb::credentials_handler&) {}; }},
  {"credentials.user", [](settings& s) { s.credentials = kdb::credentials::basic("", "p"); }},
  {"credentials.user", [](settings& s) { s.credentials = kdb::credentials::basic("a:b", "p"); }},
  {"credentials.user", [](settings& s) { s.credentials = kdb::credentials::basic("a\nb", "p"); }},
  {"credentials.user", [](settings& s) { s.credentials = kdb::credentials::basic("\xFF", "p"); }},
  {"credentials.password", [](settings& s) { s.credentials = kdb::credentials::basic("a", "\xFF"); }},
  {"", [](settings& s) { s.credentials = kdb::credentials::basic("a", ""); }},
  {"", [](settings& s) { s.credentials = kdb::credentials::basic("ä", "ö:\n"); }},
  {"credentials", [](settings& s) { s.credentials = kdb::credentials::bearer(""); }},
  {"credentials", [](settings& s) { s.credentials = kdb::credentials::bearer("a\r\nb: c"); }},
  {"credentials", [](settings& s) { s.credentials = kdb::credentials::bearer("a b"); }},
  {"", [](settings& s) { s.credentials = kdb::credentials::bearer("a.b-c_d=="); }},
  {"connection_name", [](settings& s) { s.connection_name = "a\nb"; }},
  {"connection_name", [](settings& s) { s.connection_name = "\xC3\xA4"; }},
  {"connection_name", [](settings& s) { s.connection_name = std::string(1025, 'a'); }},
  {"", [](settings& s) { s.connection_name = std::string(1024, 'a'); }},
  {"max_discover_attempts", [](settings& s) { s.max_discover_attempts = 0; }},
  {"max_discover_attempts", [](settings& s) { s.max_discover_attempts = -2; }},
  {"", [](settings& s) { s.max_discover_attempts = -1; }},
  {"discovery_interval", [](settings& s) { s.discovery_interval = 0ms; }},
  {"discovery_interval", [](settings& s) { s.discovery_interval = -1ms; }},
  {"discovery_interval", [](settings& s) { s.discovery_interval = 2'147'483'648ms; }},
  {"", [](settings& s) { s.discovery_interval = 2'147'483'647ms; }},
  {"gossip_timeout", [](settings& s) { s.gossip_timeout = 0ms; }},
  {"default_deadline", [](settings& s) { s.default_deadline = 0ms; }},
  {"default_deadline", [](settings& s) { s.default_deadline = -1ms; }},
  {"", [](settings& s) { s.default_deadline = 1ms; }},
  {"keep_alive_interval", [](settings& s) { s.keep_alive_interval = 0ms; }},
  {"keep_alive_interval", [](settings& s) { s.keep_alive_interval = -1ms; }},
  {"", [](settings& s) { s.keep_alive_interval.reset(); }},
  {"keep_alive_timeout", [](settings& s) { s.keep_alive_timeout = -1ms; }},
  {"", [](settings& s) { s.keep_alive_timeout.reset(); }},
  {"silence_timeout", [](settings& s) { s.silence_timeout = 0ms; }},
  {"", [](settings& s) { s.silence_timeout.reset(); }},
  {"start_timeout", [](settings& s) { s.start_timeout = 0ms; }},
  {"preference", [](settings& s) { s.preference = static_cast<kdb::node_preference>(4); }},
  {"max_appends_in_flight", [](settings& s) { s.max_appends_in_flight = 0; }},
  {"max_append_bytes_in_flight", [](settings& s) { s.max_append_bytes_in_flight = 0; }},
  {"max_transport_bytes", [](settings& s) { s.max_transport_bytes = (32ull << 20) - 1; }},
  {"minimum_log_level", [](settings& s) { s.minimum_log_level = static_cast<kdb::log_level>(4); }},
};

/// Settings that are allowed, and a word of the warning they get; none if they get none.
const std::vector<change> implausible{
  {"", [](settings&) {}},
  {"gossipTimeout", [](settings& s) { s.gossip_timeout = 5000s; }},
  {"defaultDeadline", [](settings& s) { s.default_deadline = 10'000s; }},
  {"defaultDeadline", [](settings& s) { s.default_deadline = 9ms; }},
  {"discoveryInterval", [](settings& s) { s.discovery_interval = 5ms; }},
  {"keepAliveInterval", [](settings& s) { s.keep_alive_interval = 10ms; }},
  {"keepAliveInterval", [](settings& s) { s.keep_alive_interval = 9999ms; }},
  {"", [](settings& s) { s.keep_alive_interval = 10'000ms; }},
  {"", [](settings& s) { s.keep_alive_interval.reset(); }},
  {"keepAliveTimeout", [](settings& s) { s.keep_alive_timeout = 10ms; }},
  {"credentials", [](settings& s) { s.tls.enabled = false, s.credentials = kdb::credentials::basic("a", "hunter"); }},
  {"credentials", [](settings& s) { s.tls.enabled = false, s.credentials_provider = [](const kdb::credentials_handler&) {}; }},
  {"certificates", [](settings& s) { s.tls.enabled = false, s.tls.ca_file = "ca"; }},
  {"certificates", [](settings& s) { s.tls.enabled = false, s.tls.ca_pem = "ca"; }},
  {"feature", [](settings& s) { s.ignored_options = {"feature"}; }},
  {"of our own", [](settings& s) { s.ignored_options = {"of our own"}; }},
  {"not verified", [](settings& s) { s.tls.verify_certificate = false; }},
  {"",
   [](settings& s) { s.tls.enabled = false, s.credentials = kdb::credentials::basic("a", "b"), s.credentials_in_clear = true; }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(settings_checks)

BOOST_DATA_TEST_CASE(a_member_out_of_its_range_is_refused_by_name, boost::unit_test::data::make(changes)) {
  auto all = usable();
  sample.make(all);
  auto done = all.validate();
  BOOST_TEST_REQUIRE(done.has_value() == sample.member.empty());
  if (done)
    return;
  BOOST_TEST((done.error().code == kdb::errc::invalid_argument));
  auto* detail = done.error().get<kdb::bad_argument>();
  BOOST_TEST_REQUIRE(detail != nullptr);
  BOOST_TEST(detail->name == sample.member);
  BOOST_TEST(!detail->accepted.empty());
  BOOST_TEST(done.error().message.find(sample.member) != std::string::npos);
  BOOST_TEST(done.error().message.find(detail->accepted) != std::string::npos);
}

BOOST_DATA_TEST_CASE(an_implausible_member_gets_a_warning, boost::unit_test::data::make(implausible)) {
  auto all = usable();
  sample.make(all);
  BOOST_TEST(all.validate().has_value());
  auto found = all.warnings();
  BOOST_TEST_REQUIRE(found.size() == (sample.member.empty() ? 0u : 1u));
  if (!found.empty()) {
    BOOST_TEST(found[0].find(sample.member) != std::string::npos, found[0]);
    BOOST_TEST(found[0].find("hunter") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(endpoints_print_with_brackets_around_ipv6_addresses) {
  BOOST_TEST(to_string(kdb::endpoint{"localhost", 1}) == "localhost:1");
  BOOST_TEST(to_string(kdb::endpoint{"::1"}) == "[::1]:2113");
}

BOOST_AUTO_TEST_SUITE_END()
