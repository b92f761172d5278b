// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The number of an event in its stream. The first event has 0. The server accepts numbers up to 2^63-1.
struct stream_revision {
  std::uint64_t value = 0; ///< The number.
  friend constexpr auto operator<=>(const stream_revision&, const stream_revision&) = default;
};

std::string to_string(stream_revision revision);

/// The expected state of a stream for a write, or the state that the server found.
///
/// `any` always holds. `no_stream` holds for streams that never existed or are soft-deleted, `exists` for those that have events or
/// metadata. A revision holds if it is the number of the stream's last event, soft-deleted or not.
class stream_state {
public:
  /// Always holds: no check.
  static const stream_state any;
  /// Holds for a stream that does not exist or is soft-deleted.
  static const stream_state no_stream;
  /// Holds for a stream that has events or metadata.
  static const stream_state exists;

  /// Expects the last event of the stream to have this number.
  constexpr stream_state(stream_revision revision)
    : value_{revision.value > largest ? out_of_range_value : static_cast<std::int64_t>(revision.value)} {}
  /// The same, from a number.
  static constexpr stream_state revision(std::uint64_t number) { return stream_revision{number}; }

  /// Expects nothing: `any`.
  constexpr stream_state() : stream_state(any_value) {}

  /// Whether it is `any`.
  constexpr bool is_any() const { return value_ == any_value; }
  /// Whether it is `no_stream`.
  constexpr bool is_no_stream() const { return value_ == no_stream_value; }
  /// Whether it is `exists`.
  constexpr bool is_exists() const { return value_ == exists_value; }
  /// True for numbers the server can't take: above 2^63-1.
  constexpr bool is_out_of_range() const { return value_ < 0 && !is_any() && !is_no_stream() && !is_exists(); }
  /// Whether it is a revision.
  constexpr bool is_revision() const { return value_ >= 0; }
  /// Returns the revision. Only for `is_revision()`.
  constexpr stream_revision revision() const { return {static_cast<std::uint64_t>(value_)}; }

  /// The number KurrentDB uses in trailers and in its v2 API: a revision, -1 no stream, -2 any, -4 exists.
  constexpr std::int64_t number() const { return value_; }
  /// The state with such a `number`.
  static constexpr stream_state from_number(std::int64_t number) { return stream_state{number}; }

  friend constexpr bool operator==(stream_state, stream_state) = default;

private:
  static constexpr std::int64_t no_stream_value = -1, any_value = -2, exists_value = -4;
  static constexpr std::int64_t out_of_range_value = std::numeric_limits<std::int64_t>::min();
  static constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  constexpr explicit stream_state(std::int64_t value) : value_{value} {}
  std::int64_t value_;
};

inline constexpr stream_state stream_state::any{stream_state::any_value};
inline constexpr stream_state stream_state::no_stream{stream_state::no_stream_value};
inline constexpr stream_state stream_state::exists{stream_state::exists_value};

/// "any", "no stream", "exists", or the revision.
std::string to_string(stream_state state);

} // namespace v0
} // namespace kdb
