// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <kdb/event.hpp>

namespace kdb::inline v0 {

/// Fills a `recorded_event`. The views are kept as they are: whoever builds owns the bytes and keeps them alive.
class recorded_event_builder {
public:
  recorded_event_builder() = default;
  /// Begins with the members of another event.
  explicit recorded_event_builder(const recorded_event& event) : event_{event} {}

  recorded_event_builder& stream(std::string_view name) { return event_.stream_ = name, *this; }
  recorded_event_builder& type(std::string_view name) { return event_.type_ = name, *this; }
  recorded_event_builder& data(std::string_view bytes) { return event_.data_ = bytes, *this; }
  recorded_event_builder& metadata(std::string_view bytes) { return event_.metadata_ = bytes, *this; }
  recorded_event_builder& content_type(kdb::content_type type) { return event_.content_type_ = type, *this; }
  recorded_event_builder& id(const uuid& id) { return event_.id_ = id, *this; }
  recorded_event_builder& revision(stream_revision number) { return event_.revision_ = number, *this; }
  recorded_event_builder& position(log_position place) { return event_.position_ = place, *this; }
  /// In steps of 100 ns since 1970.
  recorded_event_builder& created(std::int64_t ticks) {
    using clock_time = decltype(event_.created_);
    return event_.created_ = clock_time{typename clock_time::duration{ticks}}, *this;
  }

  /// The event, as long as the builder lives.
  const recorded_event& get() const { return event_; }
  recorded_event build() const { return event_; }

private:
  recorded_event event_;
};

} // namespace kdb::inline v0
