// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/access_list.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// `$tb` with this value is how a soft-deleted stream is written down.
inline constexpr std::int64_t deleted_truncate_before = std::numeric_limits<std::int64_t>::max();

/// What the last event of a metastream says, as far as the node acts on it.
struct stream_metadata {
  std::optional<std::int64_t> max_count;
  std::optional<std::int64_t> max_age;         ///< Seconds.
  std::optional<std::int64_t> truncate_before; ///< First revision that may be seen.
  std::shared_ptr<const access_list> access{}; ///< Null in most.

  bool soft_deleted() const { return truncate_before == deleted_truncate_before; }
  friend bool operator==(const stream_metadata& left, const stream_metadata& right);
};

/// Reads a metadata event. A document that is not JSON, no object, or wrong in the type of a known key counts as empty as a whole;
/// a number out of its range is ignored alone.
stream_metadata parse_metadata(std::string_view data, bool json);

/// Returns `data` with `$tb` set and all else kept as it is written; nothing when it is no JSON object.
std::optional<std::string> with_truncate_before(std::string_view data, std::int64_t revision);

} // namespace kdb::inline v0::development
