// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/stream_state.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Options of a delete.
struct delete_options {
  call_options call{};
};

/// The position of the deletion in the log.
struct delete_result {
  std::optional<log_position> position{};
  friend bool operator==(const delete_result&, const delete_result&) = default;
};

std::string to_string(const delete_result& done);

/// Soft-deletes a stream: reads answer `stream_not_found`, and the next append continues the numbering. Replaces the stream's metadata.
struct delete_stream {
  using answer = delete_result;
  std::string stream;
  stream_state expected = stream_state::any;
  delete_options options{};
};

/// Deletes a stream for good: its name can never be used again.
struct tombstone_stream {
  using answer = delete_result;
  std::string stream;
  stream_state expected = stream_state::any;
  delete_options options{};
};

} // namespace v0
} // namespace kdb
