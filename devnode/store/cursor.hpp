// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/filter.hpp"
#include "devnode/store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace kdb::inline v0::development {

/// A place in the log from which one reads on, event by event, at one's own pace. It holds no events, only numbers: what is written
/// meanwhile is seen, and a reader that waits costs nothing.
class cursor {
public:
  virtual ~cursor() = default;

  /// Returns the next event, or nullptr at the end for now, or nullptr with `budget` used up when there may be more.
  /// `budget` goes down by one for each event that was looked at.
  virtual const stored_event* next(int& budget) = 0;
};

/// A stream upwards. Ends before a tombstone, unless it follows the stream.
class stream_forwards : public cursor {
public:
  stream_forwards(store& events, std::string name, std::int64_t next) : store_{events}, name_{std::move(name)}, next_{next} {}

  const stored_event* next(int& budget) override;

  /// Has the tombstone returned as the last event.
  void include_tombstone() { include_tombstone_ = true; }

  /// Whether the next event also counts when $maxCount and its like hide it: for followers of a stream, who are to see all
  /// that is written.
  void ignore_truncation(bool ignore) { ignore_truncation_ = ignore; }

  /// Events that are there and were not returned, without regard to truncation.
  std::int64_t behind() const;

  std::int64_t next_revision() const { return next_; }

private:
  store& store_;
  std::string name_;
  const stream* stream_ = nullptr;
  std::int64_t next_;
  bool ignore_truncation_ = false;
  bool include_tombstone_ = false;
  bool ended_ = false; // the tombstone was returned
};

/// A stream downwards.
class stream_backwards : public cursor {
public:
  stream_backwards(store& events, std::string name, std::int64_t next);

  const stored_event* next(int& budget) override;

private:
  store& store_;
  std::string name_;
  const stream* stream_ = nullptr;
  std::int64_t next_;
};

/// Accepts of what `accepts` does only what can be read when it is looked at.
event_filter only_visible(store& events, event_filter accepts);

/// $all upwards, from the event with the given log index.
class all_forwards : public cursor {
public:
  all_forwards(const store& events, std::size_t next, event_filter accepts, seen_by whom = seen_by::readers)
    : store_{events}, next_{next}, accepts_{std::move(accepts)}, whom_{whom} {}

  const stored_event* next(int& budget) override;

  std::int64_t behind() const { return static_cast<std::int64_t>(end() - next_); }

  /// Log index of the next event that is looked at.
  std::size_t next_index() const { return next_; }

  /// Log index behind the last event that there is for it.
  std::size_t end() const { return store_.events().end(whom_); }

private:
  const store& store_;
  std::size_t next_;
  event_filter accepts_;
  seen_by whom_;
};

/// $all downwards, from the event before the given log index.
class all_backwards : public cursor {
public:
  all_backwards(const store& events, std::size_t before, event_filter accepts, seen_by whom = seen_by::readers)
    : store_{events}, before_{before}, accepts_{std::move(accepts)}, whom_{whom} {}

  const stored_event* next(int& budget) override;

private:
  const store& store_;
  std::size_t before_;
  event_filter accepts_;
  seen_by whom_;
};

} // namespace kdb::inline v0::development
