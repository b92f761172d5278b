// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include <kdb/export.hpp>
#include <kdb/stream_state.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// A position in the log, which orders the events of all streams. It grows with every event, with gaps.
struct log_position {
  std::uint64_t commit = 0;  ///< The commit position. Equal to `prepare` for single events.
  std::uint64_t prepare = 0; ///< The prepare position: the place of the event itself.
  friend constexpr auto operator<=>(const log_position&, const log_position&) = default;
};

/// "commit/prepare".
std::string to_string(log_position position);

/// Where to begin in a stream: at its start, at its end, or at a revision.
/// Reads include the event at the revision; subscriptions begin after it.
class stream_position {
public:
  constexpr stream_position() = default;
  /// Begins at a revision.
  constexpr stream_position(stream_revision revision) : kind_{kind::at}, revision_{revision} {}
  /// The start of the stream.
  static constexpr stream_position start() { return {}; }
  /// The end of the stream.
  static constexpr stream_position end() { return stream_position{kind::end}; }

  constexpr bool is_start() const { return kind_ == kind::start; }
  constexpr bool is_end() const { return kind_ == kind::end; }
  /// The revision, if it is neither start nor end.
  constexpr std::optional<stream_revision> revision() const {
    return kind_ == kind::at ? std::optional{revision_} : std::nullopt;
  }
  friend constexpr bool operator==(const stream_position&, const stream_position&) = default;

private:
  enum class kind : std::uint8_t { start, end, at };
  constexpr explicit stream_position(kind k) : kind_{k} {}
  kind kind_ = kind::start;
  stream_revision revision_{};
};

/// Where to begin in $all: at its start, at its end, or at a position.
/// Reads forwards include the event at the position, reads backwards begin before it, subscriptions after it.
class all_position {
public:
  constexpr all_position() = default;
  /// Begins at a position.
  constexpr all_position(log_position position) : kind_{kind::at}, position_{position} {}
  /// The start of $all.
  static constexpr all_position start() { return {}; }
  /// The end of $all.
  static constexpr all_position end() { return all_position{kind::end}; }

  constexpr bool is_start() const { return kind_ == kind::start; }
  constexpr bool is_end() const { return kind_ == kind::end; }
  /// The position, if it is neither start nor end.
  constexpr std::optional<log_position> position() const { return kind_ == kind::at ? std::optional{position_} : std::nullopt; }
  friend constexpr bool operator==(const all_position&, const all_position&) = default;

private:
  enum class kind : std::uint8_t { start, end, at };
  constexpr explicit all_position(kind k) : kind_{k} {}
  kind kind_ = kind::start;
  log_position position_{};
};

/// The start of a stream.
inline constexpr stream_position stream_start = stream_position::start();
/// The end of a stream.
inline constexpr stream_position stream_end = stream_position::end();
/// The start of $all.
inline constexpr all_position all_start = all_position::start();
/// The end of $all.
inline constexpr all_position all_end = all_position::end();

} // namespace v0
} // namespace kdb
