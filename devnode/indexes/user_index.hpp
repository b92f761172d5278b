// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development {

enum class index_value_type { text, real, int32, int64 };

/// A value that an index keeps of each event.
struct user_index_field {
  std::string name;
  std::string selector;
  index_value_type type = index_value_type::text;
  bool optimize_lookups = false; ///< Kept, and without any effect here.

  friend bool operator==(const user_index_field&, const user_index_field&) = default;
};

struct user_index_definition {
  std::string filter; ///< Empty: all events of users.
  std::vector<user_index_field> fields;

  friend bool operator==(const user_index_definition&, const user_index_definition&) = default;
};

/// An index that users have made, as the events of its stream tell.
struct user_index {
  std::string name;
  user_index_definition definition;
  bool started = false;
  std::int64_t edition = 0; ///< Revision of the last of these events: it changes when the index is stopped or deleted.
};

/// The types of these events.
namespace index_event {
inline constexpr std::string_view created = "$IndexCreated";
inline constexpr std::string_view started = "$IndexStarted";
inline constexpr std::string_view stopped = "$IndexStopped";
inline constexpr std::string_view deleted = "$IndexDeleted";
} // namespace index_event

/// The names of the streams that keep indexes begin with this.
inline constexpr std::string_view index_stream_prefix = "$UserIndex-";

/// The names under which user-defined indexes are read begin with this.
inline constexpr std::string_view user_index_prefix = "$idx-user-";

/// The data of an event that creates an index, and back; nothing when it is none.
std::string write_index(std::string_view name, const user_index_definition& definition);
std::optional<user_index_definition> read_index(std::string_view document);

/// What is wrong with a new index, all of it; none if nothing is. Pure.
std::vector<std::string> index_problems(std::string_view name, const user_index_definition& definition);

} // namespace kdb::inline v0::development
