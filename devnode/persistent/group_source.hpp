// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/group_definition.hpp"
#include "devnode/store/cursor.hpp"
#include "devnode/store/link.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace kdb::inline v0::development {

/// Where a group's events come from: a place in its stream or in $all that moves on.
class group_source {
public:
  /// Begins behind the checkpoint, or without one at the start.
  group_source(store& events, const group_definition& of, const std::optional<group_place>& checkpoint);
  ~group_source();

  /// The next event, or nullptr at the end for now or with the budget used up. `wanted` says whether the group's filter takes it.
  const stored_event* next(int& budget, bool& wanted);

  /// Live it sees all that is written; before that, what can still be read.
  void go_live(bool live);

  /// Whether it starts behind everything that is there.
  bool at_end() const { return at_end_; }

  /// Whether there is more.
  bool behind() const;

  /// The event as the group knows it.
  group_event describe(const stored_event& event);

  /// What a consumer gets for it.
  resolved_event deliver(const stored_event& event);

private:
  bool accepts(const stored_event& event);
  std::string kept_with(const stored_event& event);

  store& store_;
  const group_definition& group_;
  std::unique_ptr<stream_forwards> stream_;
  std::unique_ptr<all_forwards> all_;
  event_filter filter_;
  bool live_ = false;
  bool at_end_ = false;
};

} // namespace kdb::inline v0::development
