// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/uuid.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace kdb::inline v0::development {

/// The number of the last event of a stream that has none.
inline constexpr std::int64_t no_revision = -1;

/// What a writer expects of a stream: a revision, or one of the server's constants.
struct expected_state {
  static constexpr std::int64_t no_stream_code = -1;
  static constexpr std::int64_t any_code = -2;
  static constexpr std::int64_t exists_code = -4;

  std::int64_t code = any_code; ///< A revision when not negative; also what error texts show.

  static constexpr expected_state any() { return {any_code}; }
  static constexpr expected_state no_stream() { return {no_stream_code}; }
  static constexpr expected_state exists() { return {exists_code}; }
  static constexpr expected_state revision(std::int64_t number) { return {number}; }
  friend bool operator==(const expected_state&, const expected_state&) = default;
};

/// The state of a stream as far as a write depends on it.
struct stream_facts {
  std::int64_t last = no_revision; ///< Kept by a soft delete.
  bool soft_deleted = false;
  bool tombstoned = false;
  bool has_metadata = false;
};

/// Which event ids a stream is known to hold.
class known_ids {
public:
  virtual ~known_ids() = default;

  /// Returns the id of the event with this revision, however old.
  virtual std::optional<uuid> id_at(std::int64_t revision) const = 0;

  /// Returns the revision of the event of this stream with this id, if it was written lately.
  virtual std::optional<std::int64_t> recent(const uuid& id) const = 0;
};

enum class append_verdict {
  write,         ///< The events are new.
  duplicate,     ///< They are written already: answer with the old numbers.
  wrong_version, ///< The expectation does not hold.
  deleted,       ///< The stream is tombstoned, or soft-deleted where it had to exist.
};

struct append_decision {
  append_verdict verdict = append_verdict::write;
  std::int64_t last = no_revision; ///< Of a duplicate: the revision of its last event.

  friend bool operator==(const append_decision&, const append_decision&) = default;
};

/// Decides on an append of events with `ids`, which may be none. Pure.
append_decision decide_append(const stream_facts& stream, expected_state expected, std::span<const uuid> ids,
                              const known_ids& known);

/// Decides on a soft delete or a tombstone, which have the same expectations but no ids of their own. Pure.
append_verdict decide_delete(const stream_facts& stream, expected_state expected, bool tombstone);

} // namespace kdb::inline v0::development
