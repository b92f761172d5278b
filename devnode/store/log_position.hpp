// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace kdb::inline v0::development {

/// A place in $all as clients have it. Both numbers are those of a record, or the second one is 0: then it stands before the record, as the places
/// do that a server's search tells between two pages.
struct log_position {
  std::uint64_t commit = 0;
  std::uint64_t prepare = 0;

  static constexpr log_position of(std::uint64_t record) { return {record, record}; }

  /// Whether it stands before the record there, and not at it.
  constexpr bool before_record() const { return prepare < commit; }

  friend auto operator<=>(const log_position&, const log_position&) = default;
};

} // namespace kdb::inline v0::development
