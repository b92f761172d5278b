// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <kdb/operation_list.hpp>

// What the transport between processes has to know of an operation besides its members.
namespace kdb::inline v0::remote {

/// Whether a request has a password as a member. Credentials are found by the encoder.
template <class Request>
inline constexpr bool has_password = requires(Request request) {
  request.password;
}
|| requires(Request request) {
  request.new_password;
};

/// Whether an operation only reads: without an answer nothing has happened. The names say it; a test compares them with `wire::effect`.
constexpr bool only_reads(std::string_view name) {
  return name.starts_with("get_") || name.starts_with("list_") || name.starts_with("read_") || name.starts_with("wait_");
}

} // namespace kdb::inline v0::remote
