// SPDX-License-Identifier: Apache-2.0
#include <kdb/settings.hpp>

#include "libkdb/values/connection_options.hpp"
#include "libkdb/values/connection_string.hpp"
#include "libkdb/values/settings_ranges.hpp"

namespace kdb::inline v0 {
namespace {

using std::chrono::milliseconds;

unexpected refuse(std::string_view member, std::string_view accepted) {
  return unexpected(error{.code = errc::invalid_argument,
                          .message = "settings: " + std::string{member} + " is out of its range; give " + std::string{accepted},
                          .detail = bad_argument{std::string{member}, std::string{accepted}}});
}

/// One check: the member, whether it is fine, and what would be.
struct check {
  std::string_view member;
  bool holds;
  std::string_view accepted;
};

result<void> all_hold(std::initializer_list<check> checks) {
  for (auto& one : checks)
    if (!one.holds)
      return refuse(one.member, one.accepted);
  return {};
}

result<void> check_endpoints(const settings& all) {
  if (all.endpoints.empty())
    return refuse("endpoints", "at least one");
  for (std::size_t i = 0; i < all.endpoints.size(); ++i) {
    auto name = "endpoints[" + std::to_string(i) + ']';
    if (!ranges::is_host(all.endpoints[i].host))
      return refuse(name + ".host", std::string{ranges::host} + " without brackets");
    if (all.endpoints[i].port == 0)
      return refuse(name + ".port", "a port from 1 to 65535");
  }
  return {};
}

result<void> check_tls(const tls_settings& tls) {
  auto fits = [](const std::string& file) { return file.empty() || ranges::is_file(file); };
  return all_hold(
    {{"tls.ca_file", fits(tls.ca_file), ranges::file},
     {"tls.user_certificate_file", fits(tls.user_certificate_file), ranges::file},
     {"tls.user_key_file", fits(tls.user_key_file), ranges::file},
     {"tls.user_key_file", tls.user_key_file.empty() == tls.user_certificate_file.empty(),
      "user_certificate_file and user_key_file, or neither"},
     {"tls.user_key_pem", tls.user_key_pem.empty() == tls.user_certificate_pem.empty(),
      "user_certificate_pem and user_key_pem, or neither"},
     {"tls.ca_pem", tls.ca_pem.empty() || tls.ca_file.empty(), "a text or a file"},
     {"tls.user_certificate_pem", tls.user_certificate_pem.empty() || tls.user_certificate_file.empty(), "texts or files"}});
}

result<void> check_credentials(const std::optional<credentials>& who) {
  if (!who)
    return {};
  if (who->is_bearer())
    return all_hold({{"credentials", ranges::is_token(who->secret()), ranges::token}});
  return all_hold({{"credentials.user", ranges::is_user(who->user()), ranges::user},
                   {"credentials.password", ranges::is_password(who->secret()), ranges::password}});
}

result<void> check_headers(const std::vector<header>& all) {
  if (const auto fault = ranges::find_fault(all))
    return refuse(fault->member, fault->accepted);
  return {};
}

result<void> check_times(const settings& all) {
  auto fits = [](std::optional<milliseconds> value) { return !value || ranges::is_duration(*value); };
  return all_hold({{"discovery_interval", fits(all.discovery_interval), ranges::milliseconds},
                   {"gossip_timeout", fits(all.gossip_timeout), ranges::milliseconds},
                   {"default_deadline", fits(all.default_deadline), ranges::milliseconds},
                   {"keep_alive_interval", fits(all.keep_alive_interval), ranges::milliseconds},
                   {"keep_alive_timeout", fits(all.keep_alive_timeout), ranges::milliseconds},
                   {"silence_timeout", fits(all.silence_timeout), ranges::milliseconds},
                   {"start_timeout", fits(all.start_timeout), ranges::milliseconds},
                   {"restart_span", fits(all.restart_span), ranges::milliseconds}});
}

result<void> check_the_rest(const settings& all) {
  return all_hold(
    {{"connection_name", all.connection_name.empty() || ranges::is_connection_name(all.connection_name), ranges::connection_name},
     {"max_discover_attempts", ranges::is_attempts(all.max_discover_attempts), ranges::attempts},
     {"preference", all.preference <= node_preference::read_only_replica, "leader, follower, random or read_only_replica"},
     {"max_appends_in_flight", all.max_appends_in_flight > 0, "at least 1"},
     {"max_append_bytes_in_flight", all.max_append_bytes_in_flight > 0, "at least 1"},
     {"max_transport_bytes", all.max_transport_bytes >= 32ull << 20, "at least 33554432, that is 32 MiB"},
     {"minimum_log_level", all.minimum_log_level <= log_level::error, "debug, info, warning or error"}});
}

} // namespace

std::string to_string(const endpoint& where) {
  auto host = where.host.find(':') == std::string::npos ? where.host : '[' + where.host + ']';
  return host + ':' + std::to_string(where.port);
}

std::string_view to_string(node_preference preference) {
  switch (preference) {
    case node_preference::leader: return "leader";
    case node_preference::follower: return "follower";
    case node_preference::random: return "random";
    case node_preference::read_only_replica: return "readOnlyReplica";
  }
  return "unknown";
}

result<settings> settings::from_connection_string(std::string_view text) {
  return parse_connection_string(text);
}

result<void> settings::validate() const {
  return check_endpoints(*this)
    .and_then([&] { return check_tls(tls); })
    .and_then([&] { return check_credentials(credentials); })
    .and_then([&] {
      return all_hold(
        {{"credentials_provider", !credentials || !credentials_provider, "either credentials or a provider of them"}});
    })
    .and_then([&] { return check_headers(headers); })
    .and_then([&] { return check_times(*this); })
    .and_then([&] { return check_the_rest(*this); });
}

std::vector<std::string> settings::warnings() const {
  std::vector<std::string> found;
  auto warn_if = [&](bool implausible, const char* text) {
    if (implausible)
      found.emplace_back(text);
  };
  warn_if(gossip_timeout > milliseconds{60'000}, "gossipTimeout is above a minute: it is given in seconds");
  warn_if(default_deadline > milliseconds{3'600'000}, "defaultDeadline is above an hour: it is given in seconds");
  warn_if(default_deadline && *default_deadline < milliseconds{10}, "defaultDeadline is below 10 ms");
  warn_if(discovery_interval < milliseconds{10}, "discoveryInterval is below 10 ms: it is given in milliseconds");
  warn_if(keep_alive_interval && *keep_alive_interval < milliseconds{10'000},
          "keepAliveInterval is below 10000 ms: servers may close connections that ping so often");
  warn_if(keep_alive_timeout && *keep_alive_timeout < milliseconds{1000},
          "keepAliveTimeout is below 1000 ms: a busy server may miss it");
  warn_if(silence_timeout && *silence_timeout < milliseconds{500},
          "silenceTimeout is below 500 ms: a busy server is checked again and again");
  warn_if(!tls.enabled && (credentials || credentials_provider) && !credentials_in_clear,
          "there are credentials, but without TLS none are sent");
  warn_if(!tls.enabled && (!tls.ca_file.empty() || !tls.user_certificate_file.empty() || !tls.ca_pem.empty() ||
                           !tls.user_certificate_pem.empty()),
          "there are certificates, but TLS is off");
  warn_if(tls.enabled && !tls.verify_certificate,
          "the server's certificate is not verified: anybody can pass for it (tlsVerifyCert=false)");
  if (!ignored_options.empty())
    found.push_back("the connection string has options of other clients, which are ignored here: " +
                    explain_ignored_options(ignored_options));
  return found;
}

std::string to_string(const settings& all) {
  return print_connection_string(all);
}

} // namespace kdb::inline v0
