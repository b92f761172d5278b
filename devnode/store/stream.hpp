// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/append_decision.hpp"
#include "devnode/store/stream_metadata.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

class log;

/// Whether readers of $all never see the events of a stream: what the node keeps of groups on $all, which would follow themselves.
constexpr bool hidden_from_all(std::string_view name) {
  return name.starts_with("$persistentsubscription-$all::") && (name.ends_with("-checkpoint") || name.ends_with("-parked"));
}

/// The stream whose last event says who may do what where streams don't say it themselves.
inline constexpr std::string_view settings_stream = "$settings";

/// Streams that keep users begin with this.
inline constexpr std::string_view user_prefix = "$user-";

/// The index of one stream, and what its metastream says about it.
struct stream {
  explicit stream(std::string stream_name) : name{std::move(stream_name)} {}

  const std::string name;
  const bool hidden = hidden_from_all(name); ///< Its events are not in $all.
  const bool settings = name == settings_stream;
  const bool user = name.starts_with(user_prefix);
  std::vector<std::uint64_t> events;      ///< Log index by revision.
  std::optional<std::uint64_t> tombstone; ///< Log index.
  stream_metadata metadata;
  bool has_metadata = false;
  std::int64_t first_kept = 0;   ///< Events before this revision are dropped: only their places in the log are left.
  std::int64_t hidden_until = 0; ///< Events from there to this revision are known to be hidden.

  std::int64_t last() const { return static_cast<std::int64_t>(events.size()) - 1; }
  bool tombstoned() const { return tombstone.has_value(); }

  /// Nothing of it can be read, but no tombstone forbids to write it again.
  bool soft_deleted() const { return metadata.soft_deleted(); }
};

/// Whether `name` is `$$` and the name of another stream.
constexpr bool is_metastream(std::string_view name) {
  return name.starts_with("$$");
}

/// Returns the lowest revision that metadata allow, without regard to age; also one that is yet to come.
std::int64_t truncation_bound(const stream& of);

/// Returns the lowest revision of `of` that may be read at `now` (100 ns since 1970); last + 1 when there is none.
std::int64_t first_visible(const stream& of, const log& events, std::int64_t now);

} // namespace kdb::inline v0::development
