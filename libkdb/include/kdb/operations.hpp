#pragma once

#include <cstdint>
#include <string>

#include <kdb/call_options.hpp>

// Operations of the server: what its operators do to the node in use. All of it is for members of `$admins` and `$ops`.
namespace kdb {

/// How to reclaim the room of events that can't be read any more.
struct scavenge_options {
  /// From 1.
  std::int32_t threads = 1;
  /// The chunk of the log to begin with, from 0.
  std::int32_t start_from_chunk = 0;
  call_options call{};
};

/// How a scavenge stands.
enum class scavenge_state : std::uint8_t { started, in_progress, stopped };

struct scavenge_result {
  std::string id;
  scavenge_state state = scavenge_state::started;

  friend bool operator==(const scavenge_result&, const scavenge_result&) = default;
};

} // namespace kdb
