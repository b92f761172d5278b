// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/status_code.hpp"

#include <array>
#include <stdexcept>

namespace kdb::golden {

namespace {

constexpr auto names = std::to_array<std::string_view>({
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
});

} // namespace

std::string status_code_name(int code) {
  if (code < 0 || code >= static_cast<int>(names.size()))
    return std::to_string(code);
  return std::string{names[static_cast<std::size_t>(code)]};
}

int status_code_number(std::string_view name) {
  for (auto i = std::size_t{0}; i < names.size(); ++i)
    if (names[i] == name)
      return static_cast<int>(i);
  throw std::invalid_argument{"no status code " + std::string{name}};
}

} // namespace kdb::golden
