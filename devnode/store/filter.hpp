// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/event.hpp"
#include "devnode/store/text_pattern.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

/// Whether a reader of $all wants an event; empty: it wants all.
using event_filter = std::function<bool(const stored_event&)>;

/// What a filter looks at.
enum class filter_subject { stream_name, event_type };

/// Accepts what starts with one of `prefixes`; nothing when there are none.
event_filter prefix_filter(filter_subject subject, std::vector<std::string> prefixes);

/// Accepts what `expression` matches somewhere. Throws bad_pattern; the filter throws pattern_gave_up for an event that it takes too long to
/// look at.
event_filter regex_filter(filter_subject subject, const std::string& expression);

/// Events that a reader looks at before others get their turn, where a filter may take long over each.
inline constexpr int events_a_slow_turn = 64;

/// Accepts what an index holds by its name: `$idx-all`, `$idx-ce-<category>` or `$idx-et-<type>`; of streams without `$` alone.
/// Empty when there is no such index.
event_filter index_filter(std::string_view name);

/// The text before the first `-` of a stream's name, or all of it.
constexpr std::string_view category_of(std::string_view stream) {
  return stream.substr(0, stream.find('-'));
}

} // namespace kdb::inline v0::development
