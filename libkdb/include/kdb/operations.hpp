// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <kdb/call_options.hpp>
#include <kdb/export.hpp>

// Administration of the node in use. All operations except the statistics are for members of `$admins` and `$ops`.
namespace kdb {
inline namespace KDB_API v0 {

/// Options of a scavenge.
struct scavenge_options {
  /// The number of threads, from 1.
  std::int32_t threads = 1;
  /// The chunk of the log to begin with, from 0.
  std::int32_t start_from_chunk = 0;
  call_options call{};
};

/// The state of a scavenge.
enum class scavenge_state : std::uint8_t { started, in_progress, stopped };

/// The outcome of starting or stopping a scavenge.
struct scavenge_result {
  std::string id;
  scavenge_state state = scavenge_state::started; ///< Its state.

  friend bool operator==(const scavenge_result&, const scavenge_result&) = default;
};

// -- requests ------------------------------------------------------------------------
// They affect the node in use, whatever its role. All except `get_statistics` are for members of `$admins` and `$ops`: others get
// `access_denied`.

/// The statistics of a node at one moment, by the server's names.
struct server_statistics {
  std::map<std::string, std::string> values{}; ///< The values by their names.
  friend bool operator==(const server_statistics&, const server_statistics&) = default;
};

/// Returns the statistics of the node by the server's names, for instance `proc-mem` or `es-queue-MainQueue-length`. The
/// names depend on the server's version. Needs no rights.
struct get_statistics {
  using answer = server_statistics;
  call_options call{};
};

/// Starts a scavenge, or returns the one that is already running. It continues after the answer; its progress is in the stream
/// `$scavenges-<id>`. A server that keeps its events in memory does not answer.
struct start_scavenge {
  using answer = scavenge_result;
  scavenge_options options{};
};

/// Stops a scavenge. `scavenge_not_found` if no scavenge with this id is running. Some servers stop it but do not answer.
struct stop_scavenge {
  using answer = scavenge_result;
  std::string id;
  call_options call{};
};

/// Merges the index files of the node. Completes when the merge is done.
struct merge_indexes {
  using answer = void;
  call_options call{};
};

/// Makes the node resign leadership. No effect on a follower.
struct resign_node {
  using answer = void;
  call_options call{};
};

/// Sets the priority of the node in elections: among nodes with the same log, the one with the highest priority becomes leader.
struct set_node_priority {
  using answer = void;
  std::int32_t priority = 0; ///< The priority; 0 unless it was changed.
  call_options call{};
};

/// Shuts the node down. The reply arrives before it stops.
struct shut_down_node {
  using answer = void;
  call_options call{};
};

} // namespace v0
} // namespace kdb
