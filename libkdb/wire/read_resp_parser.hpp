// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <kdb/event.hpp>

#include "libkdb/wire/uuid_reader.hpp"

// The fields of a `ReadResp`, as views into its bytes. Every parser returns false if the message is broken. Called twice for one
// field, it merges the second message into the first as protobuf does: what the second does not mention stays.
namespace kdb::inline v0::wire {

/// `RecordedEvent`, the part of the message that matters for speed.
struct recorded_fields {
  bool present = false;
  uuid_reader id{};
  std::string_view stream{};
  std::uint64_t revision = 0;
  std::uint64_t prepare = 0;
  std::uint64_t commit = 0;
  std::string_view type{};
  std::string_view created{};
  std::string_view content_type{};
  std::string_view metadata{};
  std::string_view data{};

  bool parse(std::string_view message);
  /// False if the id is missing or not an id. The other members have defaults: an empty name, type and payload, number and
  /// position 0, binary data unless the content type is exactly that of JSON, and 1970 if the time is absent or not a number.
  bool finish(recorded_event& event) const;

private:
  bool parse_property(std::string_view entry);
};

/// `Timestamp`.
struct time_fields {
  bool present = false;
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;

  bool parse(std::string_view message);
  /// Unset if absent, or outside of what the clock can hold.
  std::optional<std::chrono::system_clock::time_point> finish() const;
};

/// `Position` in its many copies.
struct position_fields {
  bool present = false;
  std::uint64_t commit = 0;
  std::uint64_t prepare = 0;

  bool parse(std::string_view message);
};

/// The one thing a `ReadResp` says. Members are named after its fields; those of other contents are at their defaults.
struct read_resp_fields {
  enum class content : std::uint8_t {
    none,
    event,
    confirmation,
    checkpoint,
    stream_not_found,
    first_stream_position,
    last_stream_position,
    last_all_stream_position,
    caught_up,
    fell_behind
  };

  content which = content::none;
  recorded_fields event{};                // event
  recorded_fields link{};                 // event
  std::string_view text{};                // confirmation, stream_not_found
  std::uint64_t number = 0;               // first_stream_position, last_stream_position
  position_fields position{};             // checkpoint, caught_up, fell_behind
  time_fields time{};                     // likewise
  std::optional<std::int64_t> revision{}; // caught_up, fell_behind

  bool parse(std::string_view message);

private:
  void choose(content next);
  bool parse_content(std::string_view message);
  bool parse_event(std::string_view message);
  bool parse_confirmation(std::string_view message);
  bool parse_checkpoint(std::string_view message);
  bool parse_not_found(std::string_view message);
  bool parse_progress(std::string_view message);
};

} // namespace kdb::inline v0::wire
