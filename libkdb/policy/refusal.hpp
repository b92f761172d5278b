// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <kdb/result.hpp>

namespace kdb::inline v0::policy {

/// An `invalid_argument` that names the member, what is wrong with it, and what would be right.
inline unexpected refuse(std::string name, std::string_view problem, std::string_view accepted) {
  auto message = name + ' ' + std::string{problem} + "; give " + std::string{accepted};
  return unexpected(error{.code = errc::invalid_argument,
                          .message = std::move(message),
                          .detail = bad_argument{std::move(name), std::string{accepted}}});
}

} // namespace kdb::inline v0::policy
