// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/read_resp_parser.hpp"

#include <charconv>

#include "libkdb/values/recorded_event_builder.hpp"

namespace kdb::inline v0::wire {

namespace {

/// `StreamIdentifier`.
bool parse_stream_identifier(std::string_view message, std::string_view& name) {
  field_reader in{message};
  while (in.next()) {
    if (in.tag() == bytes_tag(3))
      name = in.bytes();
    else if (in.field() == 3)
      return false;
  }
  return !in.broken();
}

std::int64_t parse_ticks(std::string_view text) {
  std::int64_t ticks = 0;
  const auto* last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, ticks);
  return failed == std::errc{} && end == last ? ticks : 0;
}

} // namespace

// -- RecordedEvent ---------------------------------------------------------------

bool recorded_fields::parse(std::string_view message) {
  present = true;
  field_reader in{message};
  while (in.next()) {
    switch (in.tag()) {
      case bytes_tag(1):
        if (!id.read(in.bytes()))
          return false;
        break;
      case bytes_tag(2):
        if (!parse_stream_identifier(in.bytes(), stream))
          return false;
        break;
      case varint_tag(3): revision = in.number(); break;
      case varint_tag(4): prepare = in.number(); break;
      case varint_tag(5): commit = in.number(); break;
      case bytes_tag(6):
        if (!parse_property(in.bytes()))
          return false;
        break;
      case bytes_tag(7): metadata = in.bytes(); break;
      case bytes_tag(8): data = in.bytes(); break;
      default:
        if (in.field() <= 8)
          return false;
    }
  }
  return !in.broken();
}

bool recorded_fields::parse_property(std::string_view entry) {
  std::string_view key, value;
  field_reader in{entry};
  while (in.next()) {
    switch (in.tag()) {
      case bytes_tag(1): key = in.bytes(); break;
      case bytes_tag(2): value = in.bytes(); break;
      default:
        if (in.field() <= 2)
          return false;
        continue;
    }
    if (!is_string(in.bytes()))
      return false;
  }
  if (key == "type")
    type = value;
  else if (key == "created")
    created = value;
  else if (key == "content-type")
    content_type = value;
  return !in.broken();
}

bool recorded_fields::finish(recorded_event& event) const {
  uuid event_id;
  if (!id.get(event_id))
    return false;
  recorded_event_builder built;
  built.stream(stream).type(type).data(data).metadata(metadata).id(event_id);
  built.revision({revision}).position({commit, prepare}).created(parse_ticks(created));
  built.content_type(content_type == to_string(content_type::json) ? content_type::json : content_type::binary);
  event = built.build();
  return true;
}

// -- parts of several messages -----------------------------------------------------

bool time_fields::parse(std::string_view message) {
  present = true;
  field_reader in{message};
  while (in.next()) {
    switch (in.tag()) {
      case varint_tag(1): seconds = static_cast<std::int64_t>(in.number()); break;
      case varint_tag(2): nanos = static_cast<std::int32_t>(in.number()); break;
      default:
        if (in.field() <= 2)
          return false;
    }
  }
  return !in.broken();
}

std::optional<std::chrono::system_clock::time_point> time_fields::finish() const {
  using clock = std::chrono::system_clock;
  constexpr auto most = std::chrono::floor<std::chrono::seconds>(clock::duration::max()).count() - 1;
  if (!present || seconds > most || seconds < -most || nanos < 0 || nanos > 999'999'999)
    return std::nullopt;
  return clock::time_point{std::chrono::duration_cast<clock::duration>(std::chrono::seconds{seconds}) +
                           std::chrono::duration_cast<clock::duration>(std::chrono::nanoseconds{nanos})};
}

bool position_fields::parse(std::string_view message) {
  present = true;
  field_reader in{message};
  while (in.next()) {
    switch (in.tag()) {
      case varint_tag(1): commit = in.number(); break;
      case varint_tag(2): prepare = in.number(); break;
      default:
        if (in.field() <= 2)
          return false;
    }
  }
  return !in.broken();
}

// -- ReadResp ------------------------------------------------------------------------

bool read_resp_fields::parse(std::string_view message) {
  field_reader in{message};
  while (in.next()) {
    if (in.field() > 9)
      continue; // A newer server's.
    const auto is_number = in.field() == 5 || in.field() == 6;
    if (in.tag() != tag(in.field(), is_number ? wire_type::varint : wire_type::bytes))
      return false;
    choose(static_cast<content>(in.field()));
    if (is_number)
      number = in.number();
    else if (!parse_content(in.bytes()))
      return false;
  }
  return !in.broken();
}

/// The last content wins, and only messages for the same one merge.
void read_resp_fields::choose(content next) {
  if (which != next && which != content::none)
    *this = {};
  which = next;
}

bool read_resp_fields::parse_content(std::string_view message) {
  switch (which) {
    case content::event: return parse_event(message);
    case content::confirmation: return parse_confirmation(message);
    case content::checkpoint: return parse_checkpoint(message);
    case content::stream_not_found: return parse_not_found(message);
    case content::last_all_stream_position: return position.parse(message);
    case content::caught_up:
    case content::fell_behind: return parse_progress(message);
    case content::none:
    case content::first_stream_position:
    case content::last_stream_position: break;
  }
  return false;
}

bool read_resp_fields::parse_event(std::string_view message) {
  field_reader in{message};
  while (in.next()) {
    switch (in.tag()) {
      case bytes_tag(1):
        if (!event.parse(in.bytes()))
          return false;
        break;
      case bytes_tag(2):
        if (!link.parse(in.bytes()))
          return false;
        break;
      case varint_tag(3): break; // The original's position once more.
      case bytes_tag(4):
        if (!is_message(in.bytes()))
          return false;
        break;
      default:
        if (in.field() <= 4)
          return false;
    }
  }
  return !in.broken();
}

bool read_resp_fields::parse_confirmation(std::string_view message) {
  field_reader in{message};
  while (in.next()) {
    if (in.tag() != bytes_tag(1)) {
      if (in.field() == 1)
        return false;
      continue;
    }
    text = in.bytes();
    if (!is_string(text))
      return false;
  }
  return !in.broken();
}

bool read_resp_fields::parse_checkpoint(std::string_view message) {
  field_reader in{message};
  while (in.next()) {
    switch (in.tag()) {
      case varint_tag(1): position.commit = in.number(); break;
      case varint_tag(2): position.prepare = in.number(); break;
      case bytes_tag(3):
        if (!time.parse(in.bytes()))
          return false;
        break;
      default:
        if (in.field() <= 3)
          return false;
    }
  }
  return !in.broken();
}

bool read_resp_fields::parse_not_found(std::string_view message) {
  field_reader in{message};
  while (in.next()) {
    if (in.tag() == bytes_tag(1)) {
      if (!parse_stream_identifier(in.bytes(), text))
        return false;
    } else if (in.field() == 1) {
      return false;
    }
  }
  return !in.broken();
}

bool read_resp_fields::parse_progress(std::string_view message) {
  field_reader in{message};
  while (in.next()) {
    switch (in.tag()) {
      case bytes_tag(1):
        if (!time.parse(in.bytes()))
          return false;
        break;
      case varint_tag(2): revision = static_cast<std::int64_t>(in.number()); break;
      case bytes_tag(3):
        if (!position.parse(in.bytes()))
          return false;
        break;
      default:
        if (in.field() <= 3)
          return false;
    }
  }
  return !in.broken();
}

} // namespace kdb::inline v0::wire
