// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/event.hpp>
#include <kdb/result.hpp>

#include <optional>
#include <string>
#include <string_view>

// Events as lines of NDJSON, as docs/kdbctl.md describes them: `read`, `follow` and `export` write them, `append` and `import` read them.
//
//   {"stream": …, "revision": …, "position": …, "created": …, "type": …, "id": …, "contentType": …, "data": …, "metadata": …}
//
// Data and metadata keep their bytes: `data` has JSON as it was written, `dataText` other UTF-8, `dataBase64` everything else.
namespace kdbctl {

using event_time = decltype(std::declval<kdb::recorded_event>().created());

/// What a line tells of an event.
struct event_view {
  std::string_view stream, type, data, metadata;
  kdb::content_type content_type = kdb::content_type::json;
  kdb::uuid id{};
  kdb::stream_revision revision{};
  kdb::log_position position{};
  event_time created{};
  /// The link that led to the event; empty if none did.
  std::string_view link_stream{};
  kdb::stream_revision link_revision{};
  /// The event itself is gone: the view is of the link.
  bool is_broken_link = false;
};

event_view view_of(const kdb::resolved_event& event);

/// Members of a line beyond those that `import` needs: stream, type, id, content type, data, metadata.
struct line_members {
  bool revision = true;
  bool position = false;
  bool created = true;
};

/// Appends the line, without its line break.
void append_event_line(std::string& to, const event_view& event, line_members members);

/// "2026-11-29T23:07:01.1234567Z"
void append_time(std::string& to, event_time time);
std::string to_text(event_time time);

/// A line as it was read.
struct event_line {
  std::optional<std::string> stream{};
  kdb::new_event event{};
  /// Otherwise the event got a random id.
  bool has_id = false;
};

/// Reads a line. Errors are `invalid_argument` and say which member is wrong.
kdb::result<event_line> parse_event_line(std::string_view line);

} // namespace kdbctl
