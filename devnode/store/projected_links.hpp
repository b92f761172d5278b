// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// A server's own projections. Their numbers are those under which a server registers them.
enum class system_projection { streams = 1, stream_by_category, by_category, by_event_type, by_correlation_id };

/// All of them, in the order in which a server lists them.
inline constexpr std::array all_system_projections{system_projection::stream_by_category, system_projection::by_category,
                                                   system_projection::by_event_type, system_projection::by_correlation_id,
                                                   system_projection::streams};

/// `$by_category` and so on.
std::string_view name_of(system_projection of);

/// As which a projection writes: its version, and the one with which it last began anew.
struct projection_edition {
  std::int64_t version = 1;
  std::int64_t epoch = -1;

  friend bool operator==(const projection_edition&, const projection_edition&) = default;
};

/// Those that look at an event; the others have none.
class projection_editions {
public:
  std::optional<projection_edition>& operator[](system_projection of) { return each_[static_cast<std::size_t>(of) - 1]; }
  const std::optional<projection_edition>& operator[](system_projection of) const {
    return each_[static_cast<std::size_t>(of) - 1];
  }

private:
  std::array<std::optional<projection_edition>, all_system_projections.size()> each_;
};

/// All of them as they are at first.
projection_editions first_editions();

/// An event that a system projection writes.
struct projected_link {
  system_projection by;
  std::string stream;
  std::string_view type;
  std::string data;
  std::string metadata; ///< JSON: which event it is about, and what that one was caused by.
};

/// Returns what the system projections write about an event, unless they wrote it themselves: `$streams`, `$by_event_type`, `$by_category`, `$by_correlation_id` and
/// `$stream_by_category`, in this order. Pure.
std::vector<projected_link> projected_links(const stored_event& event, const projection_editions& by = first_editions());

/// By whom, and about the event at which position, something was written.
struct projected_origin {
  system_projection by;
  std::int64_t epoch = -1;
  std::uint64_t position = 0;
};

/// Returns the origin of what a system projection wrote.
std::optional<projected_origin> projected_origin_of(const stored_event& written);

/// The metadata of a stream into which projections write. With `truncate_before` what stands before it there is hidden.
std::string projected_stream_metadata(std::int64_t truncate_before = 0);

} // namespace kdb::inline v0::development
