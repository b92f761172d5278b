// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/export.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Selects events of $all on the server, by event type or by stream name. A link is matched by its own stream and its type `$>`, before
/// it is resolved.
///
/// Expressions are .NET regular expressions, case-sensitive and not anchored: `Order` also matches `ReOrdered`. Prefixes are cheaper, and
/// sufficient for most filters.
class event_filter {
public:
  /// What a filter looks at.
  enum class subject : std::uint8_t { event_type, stream_name };

  /// Events whose type begins with one of these.
  static event_filter type_prefixes(std::vector<std::string> prefixes);
  /// Events whose type matches.
  static event_filter type_regex(std::string expression);
  /// Events of streams whose name begins with one of these.
  static event_filter stream_prefixes(std::vector<std::string> prefixes);
  /// Events of streams whose name matches.
  static event_filter stream_regex(std::string expression);

  /// Events whose type is one of these names. They are compared as a whole, and no character is special.
  static event_filter include_types(const std::vector<std::string>& names);
  /// Events whose type is none of these names.
  static event_filter exclude_types(const std::vector<std::string>& names);
  /// Events of the streams with exactly these names.
  static event_filter include_streams(const std::vector<std::string>& names);
  /// Events of all streams but these.
  static event_filter exclude_streams(const std::vector<std::string>& names);
  /// Events whose type does not begin with `$`.
  static event_filter exclude_system_events();

  // Secondary indexes are read through filters. They need a server that offers them; otherwise reads answer `index_not_found`.
  // Subscriptions to them get no checkpoints: resume from the last event's position. Reads backwards include the start position.

  /// Events of all streams whose name begins with this and a `-`.
  static event_filter category_index(std::string_view category);
  /// Events of this type.
  static event_filter event_type_index(std::string_view type);
  /// Events in a user-defined index (`create_index`); `fields` are `{{"country", "DE"}, …}`, and all of them must match. Numbers are
  /// written as text. `validate` refuses names that no index or field can have, fields that appear twice, and values that are not UTF-8.
  static event_filter user_index(std::string_view index, const std::vector<std::pair<std::string, std::string>>& fields = {});
  /// Events in a user-defined index of one field, which has this value. Servers of version 26.0 know only this form. A value that
  /// contains `=` needs `user_index`.
  static event_filter user_index_value(std::string_view index, std::string_view value);

  /// The number of events that the server looks at before it reports progress. Unset: the server's default, 32.
  event_filter& window(std::uint32_t events);
  /// Subscriptions get a checkpoint after this many windows; at least 1.
  event_filter& checkpoint_interval(std::uint32_t windows);

  /// What the filter looks at.
  subject what() const { return subject_; }
  /// Empty for filters by prefix.
  const std::string& regex() const { return regex_; }
  /// Empty for filters by expression.
  const std::vector<std::string>& prefixes() const { return prefixes_; }
  std::optional<std::uint32_t> window() const { return window_; }
  std::uint32_t checkpoint_interval() const { return checkpoint_interval_; }
  /// Whether this is a secondary index.
  bool is_index() const;

  /// Refuses filters that the server would refuse or never answer: no expression and no prefix, an empty prefix list, text that is not
  /// UTF-8, an expression with unbalanced brackets or parentheses or misplaced quantifiers, a window or interval of 0, an index combined
  /// with other filters, a name or value that a user-defined index can't have. Errors are `invalid_argument`.
  result<void> validate() const;

  friend bool operator==(const event_filter&, const event_filter&) = default;

private:
  // The reason why no user-defined index can have this name or these fields.
  enum class index_fault : std::uint8_t { none, name, field, repeated_field, value };

  subject subject_ = subject::event_type;
  index_fault index_fault_ = index_fault::none;
  std::string regex_;
  std::vector<std::string> prefixes_;
  std::optional<std::uint32_t> window_;
  std::uint32_t checkpoint_interval_ = 1;
};

} // namespace v0
} // namespace kdb
