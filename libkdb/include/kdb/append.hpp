#pragma once

#include <optional>
#include <string>

#include <kdb/call_options.hpp>
#include <kdb/position.hpp>

namespace kdb {

struct append_options {
  call_options call{};
};

/// Where the events of an append are now. For a retry that the server recognised: where they were written the first time.
struct append_result {
  /// Number of the last event of the stream after the append. Unset if an empty append met a stream without events.
  std::optional<stream_revision> revision{};
  /// Place of the last event written. Unset if the server does not know it any more.
  std::optional<log_position> position{};
  friend bool operator==(const append_result&, const append_result&) = default;
};

std::string to_string(const append_result& done);

} // namespace kdb
