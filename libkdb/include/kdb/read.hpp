#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <kdb/call_options.hpp>
#include <kdb/filter.hpp>
#include <kdb/position.hpp>

namespace kdb {

enum class direction : std::uint8_t { forwards, backwards };
inline constexpr direction forwards = direction::forwards;
inline constexpr direction backwards = direction::backwards;

std::string_view to_string(direction where);

inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// How to read one stream.
struct read_stream_options {
  kdb::direction direction = forwards;
  /// Included. Unset: the start forwards, the end backwards.
  std::optional<stream_position> from{};
  /// At most that many events; at least 1.
  std::uint64_t limit = no_limit;
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  call_options call{};
};

/// How to read $all.
struct read_all_options {
  kdb::direction direction = forwards;
  /// Included forwards, excluded backwards. Unset: the start forwards, the end backwards.
  std::optional<all_position> from{};
  /// Only what the server finds to match. A sparse filter may take long over its first event: set a deadline.
  std::optional<event_filter> filter{};
  /// At most that many events; at least 1.
  std::uint64_t limit = no_limit;
  /// Follow links (`$>`) to the events they stand for.
  bool resolve_links = false;
  call_options call{};
};

/// How to ask for the position of the last event in $all.
struct head_position_options {
  /// Of the last event that matches.
  std::optional<event_filter> filter{};
  call_options call{};
};

} // namespace kdb
