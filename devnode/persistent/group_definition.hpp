// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/consumer_group.hpp"
#include "devnode/persistent/group_settings.hpp"
#include "devnode/store/filter.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// Where a group begins that has no checkpoint: with the event at this place. Negative: behind the last event.
struct group_start {
  std::int64_t at = 0;      ///< A revision, or the commit position in $all.
  std::int64_t prepare = 0; ///< In $all alone.

  bool end() const { return at < 0; }
  friend bool operator==(const group_start&, const group_start&) = default;
};

/// Which events of $all a group gets.
struct group_filter {
  filter_subject subject = filter_subject::stream_name;
  std::string regex; ///< Wins over the prefixes unless it is empty.
  std::vector<std::string> prefixes;

  /// Throws bad_pattern.
  event_filter compile() const;
  friend bool operator==(const group_filter&, const group_filter&) = default;
};

inline constexpr std::string_view all_stream = "$all";

/// What makes a group: where its events come from, and how it hands them out.
struct group_definition {
  std::string stream; ///< `$all` for all events.
  std::string name;
  group_settings settings;
  group_start start;
  std::optional<group_filter> filter;

  bool all() const { return stream == all_stream; }

  /// `stream::name`, by which a server knows it.
  std::string key() const { return stream + "::" + name; }

  std::string checkpoint_stream() const { return "$persistentsubscription-" + key() + "-checkpoint"; }
  std::string parked_stream() const { return "$persistentsubscription-" + key() + "-parked"; }

  friend bool operator==(const group_definition&, const group_definition&) = default;
};

// -- places as texts -----------------------------------------------------------------------------------------------

/// `12`, or in $all `C:12/P:12`; `C:12/P:0` for an event that no consumer got.
std::string place_text(const group_definition& of, const group_place& place);
std::string start_text(const group_definition& of);

/// Reads what `place_text` writes.
std::optional<group_place> parse_place(const group_definition& of, std::string_view text);

// -- the stream that keeps them ------------------------------------------------------------------------------------

inline constexpr std::string_view config_stream = "$persistentSubscriptionConfig";
inline constexpr std::string_view config_type = "$PersistentConfig";

/// All groups as one JSON document.
std::string write_config(std::span<const group_definition* const> groups, std::string_view updated);

/// Reads what `write_config` writes; a group that can't be read is left out.
std::vector<group_definition> read_config(std::string_view document);

/// Changes that are not in the last document yet, of a node with many groups. A server has no such stream.
inline constexpr std::string_view changes_stream = "$persistentSubscriptionConfig-changes";
inline constexpr std::string_view change_type = "$PersistentConfigChange";

struct group_change {
  group_definition group;
  bool removed = false; ///< Otherwise it was created or updated.

  friend bool operator==(const group_change&, const group_change&) = default;
};

std::string write_change(const group_change& change);

/// Reads what `write_change` writes.
std::optional<group_change> read_change(std::string_view text);

} // namespace kdb::inline v0::development
