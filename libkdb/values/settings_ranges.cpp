// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/settings_ranges.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <arpa/inet.h>

#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0::ranges {
namespace {

// The functions of <cctype> depend on the locale.
bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7F';
}

} // namespace

bool is_ipv6(std::string_view text) {
  auto zone = text.find('%');
  if (zone != text.npos) {
    auto name = text.substr(zone + 1);
    auto fits = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; };
    if (name.empty() || !std::ranges::all_of(name, fits))
      return false;
  }
  in6_addr ignored;
  return ::inet_pton(AF_INET6, std::string{text.substr(0, zone)}.c_str(), &ignored) == 1;
}

bool is_host(std::string_view text) {
  if (text.find(':') != text.npos)
    return is_ipv6(text);
  // Underscores are no part of host names, but container networks have them.
  auto fits = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; };
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' && text.find("..") == text.npos &&
         std::ranges::all_of(text, fits);
}

bool is_connection_name(std::string_view text) {
  return !text.empty() && text.size() <= 1024 && std::ranges::all_of(text, is_printable);
}

bool is_user(std::string_view text) {
  // The server splits "user:password" at the first colon.
  return !text.empty() && text.size() <= 1024 && text.find(':') == text.npos && std::ranges::none_of(text, is_control) &&
         is_utf8(text);
}

bool is_password(std::string_view text) {
  return text.size() <= 4096 && is_utf8(text);
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 16'000 && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_header_name(std::string_view text) {
  constexpr std::string_view taken[] = {
    "authorization", "requires-leader", "connection-name", "content-type",     "content-length",    "te",     "user-agent",
    "host",          "connection",      "keep-alive",      "proxy-connection", "transfer-encoding", "upgrade"};
  const auto fits = [](char c) { return is_alphanumeric(c) && !(c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= 256 &&
         std::ranges::all_of(text, [&](char c) { return fits(c) || c == '-' || c == '_' || c == '.'; }) &&
         !text.starts_with("grpc-") && std::ranges::find(taken, text) == std::end(taken);
}

bool is_header_value(std::string_view name, std::string_view text) {
  if (text.size() > 16'000)
    return false;
  if (name.ends_with("-bin"))
    return true;
  return std::ranges::all_of(text, is_printable) && !text.starts_with(' ') && !text.ends_with(' ');
}

std::optional<header_fault> find_fault(const std::vector<header>& headers) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto& each = headers[i];
    const auto name = "headers[" + std::to_string(i) + ']';
    if (!is_header_name(each.name))
      return header_fault{name + ".name", header_name};
    if (!is_header_value(each.name, each.value))
      return header_fault{name + ".value", header_value};
  }
  return std::nullopt;
}

bool is_file(std::string_view text) {
  return !text.empty() && text.find('\0') == text.npos;
}

} // namespace kdb::inline v0::ranges
