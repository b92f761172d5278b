// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/text/event_line.hpp"

#include <kdb/result.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How an import goes, without the import: which lines are appended together, and what survives kill -9.
//
// Lines are imported in blocks. Before a block is written, the checkpoint says which lines it has, and which revision each of its streams had. When
// the program ends in the middle of a block, the next one repeats it: the same appends, with the same ids and the same expected revisions,
// which the server recognises. The program itself does so from the first append on that failed, when the failure can pass.
namespace kdbctl {

/// Lines that one block takes, at most.
inline constexpr std::uint64_t block_lines = 8192;
inline constexpr std::uint64_t block_bytes = 8 << 20;
/// Events and bytes that one append takes, at most; a single event may have more.
inline constexpr std::size_t run_events = 512;
inline constexpr std::size_t run_bytes = 1 << 20;

/// The end of the lines that are appended together, beginning at `begin`: they follow each other and are of one stream.
std::size_t run_end(const std::vector<event_line>& lines, std::size_t begin);

/// Whether an append of an import may succeed when it is sent again, which is always safe: it has ids and expects a revision. When others
/// were under way, one that met the wrong revision may have overtaken the one before it, or followed one that failed.
bool can_pass(const kdb::error& error, bool was_alone);

/// How often, and for how long, the appends of a block are sent again while none of them gets through.
struct retry_limits {
  std::uint32_t times = 0;
  std::chrono::milliseconds time{};
};

/// How long to wait after so many failures in a row, `elapsed` after the last success; nothing if it is time to give up.
std::optional<std::chrono::milliseconds> pause_after(std::uint32_t failures, std::chrono::milliseconds elapsed,
                                                     const retry_limits& limits);

/// The same id for the same line of the same import, for lines without one.
kdb::uuid id_of_line(const kdb::uuid& import, std::uint64_t line);

/// The revision of a stream before its next event; nothing for a stream that does not exist.
using stream_heads = std::map<std::string, std::optional<std::uint64_t>, std::less<>>;

/// What survives the end of the program.
struct import_checkpoint {
  kdb::uuid import{};
  /// Nodes that the import goes to: a checkpoint of another server is none.
  std::string target{};
  /// The stream that all lines go to; empty: each to its own.
  std::string into{};
  /// Lines and bytes that are imported for certain.
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  /// Lines of the block that may have been written, and the streams as they were before it.
  std::uint64_t block = 0;
  stream_heads heads{};
  bool complete = false;

  friend bool operator==(const import_checkpoint&, const import_checkpoint&) = default;
};

std::string to_json_text(const import_checkpoint& checkpoint);
kdb::result<import_checkpoint> parse_import_checkpoint(std::string_view text);

/// How far an export has come: what it exports, where to go on, and the length of the file up to there.
struct export_checkpoint {
  std::string source{};
  std::string target{};
  /// The last event of the file, in what is exported now: a stream of the list, and a revision or a position.
  std::uint64_t stream = 0;
  std::uint64_t revision = 0;
  std::uint64_t commit = 0;
  std::uint64_t prepare = 0;
  /// Whether there is a last event.
  bool begun = false;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  bool complete = false;

  friend bool operator==(const export_checkpoint&, const export_checkpoint&) = default;
};

std::string to_json_text(const export_checkpoint& checkpoint);
kdb::result<export_checkpoint> parse_export_checkpoint(std::string_view text);

} // namespace kdbctl
