#pragma once

#include "store/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::development {

/// An event that a system projection writes.
struct projected_link {
  std::string stream;
  std::string_view type;
  std::string data;
  std::string metadata; ///< JSON: which event it is about, and what that one was caused by.
};

/// Returns what the system projections write about an event, unless they wrote it themselves: `$streams`, `$by_event_type`, `$by_category`, `$by_correlation_id` and
/// `$stream_by_category`, in this order. Pure.
std::vector<projected_link> projected_links(const stored_event& event);

/// Returns the position of the event that `written` is about if a system projection wrote it.
std::optional<std::uint64_t> projected_position(const stored_event& written);

/// The metadata of a stream into which projections write.
inline constexpr std::string_view projected_stream_metadata = R"({"$acl":{"$r":"$all","$mr":"$all"}})";

} // namespace kdb::development
