// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/call_options.hpp>

// What the members of `settings` may be: one place for the connection string and for `validate`.
namespace kdb::inline v0::ranges {

/// gRPC takes its times as 32-bit milliseconds.
inline constexpr std::chrono::milliseconds longest{std::numeric_limits<std::int32_t>::max()};

constexpr bool is_duration(std::chrono::milliseconds value) {
  return value.count() >= 1 && value <= longest;
}

constexpr bool is_attempts(std::int64_t value) {
  return value == -1 || (value >= 1 && value <= std::numeric_limits<std::int32_t>::max());
}

inline constexpr std::string_view attempts = "a number from 1, or -1 to go on for ever";
inline constexpr std::string_view milliseconds = "milliseconds from 1 to 2147483647";
inline constexpr std::string_view milliseconds_or_off = "milliseconds from 1 to 2147483647, or -1 to turn it off";
inline constexpr std::string_view seconds = "seconds from 0.001 to 2147483.647";
inline constexpr std::string_view host = "a host name, an IPv4 address, or an IPv6 address";
inline constexpr std::string_view connection_name = "1 to 1024 printable ASCII characters";
inline constexpr std::string_view user = "a name in UTF-8 without a colon and control characters, of at most 1024 bytes";
inline constexpr std::string_view password = "a password in UTF-8 of at most 4096 bytes";
inline constexpr std::string_view token = "a token of visible ASCII characters, of at most 16000 bytes";
inline constexpr std::string_view file = "the path of a file";

inline constexpr std::string_view header_name =
  "lower-case letters, digits, '-', '_' and '.', and none that the client or gRPC sends itself";
inline constexpr std::string_view header_value =
  "printable ASCII without a space at either end, of at most 16000 bytes, or any bytes if the name ends with -bin";

/// Whether it can be the host of an endpoint. Addresses come without brackets.
bool is_host(std::string_view text);
bool is_ipv6(std::string_view text);
/// Whether it can be sent in the header that carries it.
bool is_connection_name(std::string_view text);
bool is_user(std::string_view text);
bool is_password(std::string_view text);
/// Whether it can be sent in an authorization header. Servers end the whole connection over a header that is too large.
bool is_token(std::string_view text);
/// Whether a host may send a header of that name: one that HTTP/2 allows, and that is not ours, gRPC's or HTTP's own.
bool is_header_name(std::string_view text);
/// Whether a header of that name can have this value.
bool is_header_value(std::string_view name, std::string_view text);
/// What is wrong with headers.
struct header_fault {
  std::string member;
  std::string_view accepted;
};
/// The first header that can't be sent.
std::optional<header_fault> find_fault(const std::vector<header>& headers);
/// Whether it can be the path of a file: not empty, no NUL.
bool is_file(std::string_view text);

} // namespace kdb::inline v0::ranges
