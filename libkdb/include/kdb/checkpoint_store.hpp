// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/result.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// Where a subscription may resume: a revision for a stream, a position for $all.
using resume_point = std::variant<stream_revision, log_position>;

/// Keeps resume points by name. Implementations may block: they are called on the thread that uses the checkpointer, never on the
/// library's own threads.
class checkpoint_store {
public:
  virtual ~checkpoint_store() = default;
  /// The stored point, or nothing if none was ever stored under that name.
  virtual result<std::optional<resume_point>> load(std::string_view name) = 0;
  /// Replaces the stored point. When it returns without an error the point survives a crash of the process.
  virtual result<void> store(std::string_view name, const resume_point& point) = 0;
};

/// One file for each name in a folder; replaced atomically. Names are percent-encoded in file names. A name that is too long for that,
/// above about 240 ASCII letters or 40 others, is `invalid_argument`.
std::unique_ptr<checkpoint_store> file_checkpoint_store(std::filesystem::path folder);

/// One row for each name in a table `kdb_checkpoints` of an SQLite file. Part of the component `sqlite`.
result<std::unique_ptr<checkpoint_store>> sqlite_checkpoint_store(const std::filesystem::path& file);

/// Whether a subscription follows a stream or $all. This decides whether an event's revision or its position is stored.
enum class followed : std::uint8_t { stream, all };

/// Stores the place of a subscription at intervals, never past an item that was not handled. Use it from one thread.
class checkpointer {
public:
  /// How often a checkpointer stores its place.
  struct rhythm {
    /// Store after this many items…
    std::uint32_t items = 1000;
    /// …or this long after the last time, whichever is first.
    std::chrono::milliseconds interval{5000};
  };

  /// The store must outlive the checkpointer.
  checkpointer(checkpoint_store& store, std::string name, followed followed, rhythm when);
  checkpointer(checkpoint_store& store, std::string name, followed followed)
    : checkpointer(store, std::move(name), followed, rhythm{}) {}

  /// Where to resume; no value the first time.
  result<std::optional<resume_point>> resume();

  /// Reports that an item has been handled. Events and checkpoints advance the place, which is stored as `rhythm` says. After an error of
  /// the store the next item tries again.
  result<void> handled(const batch_item& item, std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());
  /// The same for all items of a batch.
  result<void> handled(const event_batch& batch, std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());
  /// Stores the place of the last item that was handled, unless it is stored already. Call it before the program ends.
  result<void> flush();

private:
  checkpoint_store& store_;
  std::string name_;
  followed followed_;
  rhythm rhythm_;
  std::optional<resume_point> handled_;
  std::uint32_t uncommitted_ = 0;
  std::optional<std::chrono::steady_clock::time_point> last_commit_;
};

} // namespace v0
} // namespace kdb
