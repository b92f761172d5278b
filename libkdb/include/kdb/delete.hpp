#pragma once

#include <optional>
#include <string>

#include <kdb/call_options.hpp>
#include <kdb/position.hpp>

namespace kdb {

struct delete_options {
  call_options call{};
};

/// Where the deletion stands in the log.
struct delete_result {
  std::optional<log_position> position{};
  friend bool operator==(const delete_result&, const delete_result&) = default;
};

std::string to_string(const delete_result& done);

} // namespace kdb
