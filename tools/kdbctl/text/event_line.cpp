// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/event_line.hpp"

#include "tools/kdbctl/text/encoding.hpp"
#include "tools/kdbctl/text/json_text.hpp"
#include "tools/kdbctl/text/nearest.hpp"

#include <charconv>

namespace kdbctl {
namespace {

template <class Number>
void append_number(std::string& to, Number number) {
  char digits[24];
  const auto [end, failed] = std::to_chars(digits, digits + sizeof digits, number);
  to.append(digits, end);
}

void append_padded(std::string& to, unsigned number, int digits) {
  char text[12];
  for (int i = digits; i-- > 0; number /= 10)
    text[i] = static_cast<char>('0' + number % 10);
  to.append(text, static_cast<std::size_t>(digits));
}

void append_id(std::string& to, const kdb::uuid& id) {
  constexpr std::string_view hex = "0123456789abcdef";
  int at = 0;
  for (const auto byte : id) {
    if (at == 4 || at == 6 || at == 8 || at == 10)
      to += '-';
    to += hex[byte >> 4];
    to += hex[byte & 15];
    ++at;
  }
}

// JSON stays as it is. Other bytes are a string, of base64 if they are no text.
void append_bytes(std::string& to, std::string_view name, std::string_view bytes, bool may_be_json) {
  if (bytes.empty())
    return;
  to += ",\"";
  to += name;
  if (may_be_json && is_one_line_json(bytes)) {
    to += "\":";
    to += bytes;
  } else if (is_utf8(bytes)) {
    to += "Text\":";
    append_json_string(to, bytes);
  } else {
    to += "Base64\":\"";
    to += to_base64(bytes);
    to += '"';
  }
}

// -- reading ------------------------------------------------------------------------------

kdb::unexpected wrong(std::string message, std::string name = "line", std::string accepted = "an event as JSON") {
  return kdb::unexpected{{.code = kdb::errc::invalid_argument,
                          .message = std::move(message),
                          .detail = kdb::bad_argument{std::move(name), std::move(accepted)}}};
}

const std::vector<std::string> known_members{"stream",   "revision",     "position",       "created",  "type",
                                             "id",       "contentType",  "data",           "dataText", "dataBase64",
                                             "metadata", "metadataText", "metadataBase64", "link",     "brokenLink"};

struct member {
  std::string_view name;
  std::string_view value; ///< As it stands in the line.
};

// Calls `take` with each member of the object. Names are compared as they stand: those that matter need no escapes.
template <class Take>
kdb::result<void> each_member(std::string_view line, Take&& take) {
  auto at = skip_json_space(line, 0);
  if (at >= line.size() || line[at] != '{')
    return wrong("a line has to be a JSON object");
  at = skip_json_space(line, at + 1);
  const auto empty = at < line.size() && line[at] == '}';
  while (!empty) {
    const auto name_end = at < line.size() && line[at] == '"' ? json_value_end(line, at) : std::nullopt;
    if (!name_end)
      return wrong("not JSON: a member's name is expected at byte " + std::to_string(at + 1));
    const auto colon = skip_json_space(line, *name_end);
    if (colon >= line.size() || line[colon] != ':')
      return wrong("not JSON: a ':' is expected at byte " + std::to_string(colon + 1));
    const auto begin = skip_json_space(line, colon + 1);
    const auto end = json_value_end(line, begin);
    if (!end)
      return wrong("not JSON: a value is expected at byte " + std::to_string(begin + 1));
    if (auto taken = take(member{line.substr(at + 1, *name_end - at - 2), line.substr(begin, *end - begin)}); !taken)
      return taken;
    at = skip_json_space(line, *end);
    if (at < line.size() && line[at] == '}')
      break;
    if (at >= line.size() || line[at] != ',')
      return wrong("not JSON: a ',' or a '}' is expected at byte " + std::to_string(at + 1));
    at = skip_json_space(line, at + 1);
  }
  if (skip_json_space(line, at + 1) != line.size())
    return wrong("there is more after the object, at byte " + std::to_string(at + 2));
  return {};
}

kdb::result<std::string> text_of(const member& one) {
  auto text = read_json_string(one.value);
  if (!text)
    return wrong("'" + std::string{one.name} + "' has to be a string", std::string{one.name}, "a JSON string");
  return std::move(*text);
}

kdb::result<std::string> bytes_of(const member& one) {
  auto text = text_of(one);
  if (!text)
    return text;
  auto bytes = from_base64(*text);
  if (!bytes)
    return wrong("'" + std::string{one.name} + "' is not base64", std::string{one.name}, "base64 with padding");
  return std::move(*bytes);
}

// Takes data or metadata, in whichever of its three forms; each may be there once.
kdb::result<bool> take_bytes(const member& one, std::string_view base, std::string& into, bool& taken) {
  if (!one.name.starts_with(base))
    return false;
  const auto form = one.name.substr(base.size());
  if (!form.empty() && form != "Text" && form != "Base64")
    return false;
  if (taken)
    return wrong("'" + std::string{base} + "' is there twice", std::string{base},
                 "one of " + std::string{base} + ", …Text, …Base64");
  taken = true;
  if (form.empty()) {
    into = one.value;
    return true;
  }
  auto bytes = form == "Text" ? text_of(one) : bytes_of(one);
  if (!bytes)
    return kdb::unexpected{bytes.error()};
  into = std::move(*bytes);
  return true;
}

kdb::result<kdb::content_type> content_type_of(const member& one) {
  auto text = text_of(one);
  if (!text)
    return kdb::unexpected{text.error()};
  for (const auto type : {kdb::content_type::json, kdb::content_type::binary})
    if (*text == to_string(type))
      return type;
  return wrong("'contentType' can't be '" + *text + "'", "contentType", "application/json or application/octet-stream");
}

struct line_reader {
  event_line line{};
  bool has_data = false, has_metadata = false, has_type = false;

  kdb::result<void> take(const member& one);
};

kdb::result<void> line_reader::take(const member& one) {
  if (one.name == "type" || one.name == "stream") {
    auto text = text_of(one);
    if (!text)
      return kdb::unexpected{text.error()};
    has_type |= one.name == "type";
    one.name == "type" ? void(line.event.type = std::move(*text)) : void(line.stream = std::move(*text));
    return {};
  }
  if (one.name == "id") {
    const auto text = text_of(one);
    const auto id = text ? kdb::parse_uuid(*text) : kdb::result<kdb::uuid>{kdb::unexpected{text.error()}};
    if (!id)
      return wrong("'id' has to be a UUID such as 123e4567-e89b-42d3-a456-426614174000", "id", "a UUID");
    line.event.id = *id;
    line.has_id = true;
    return {};
  }
  if (one.name == "contentType") {
    const auto type = content_type_of(one);
    if (!type)
      return kdb::unexpected{type.error()};
    line.event.content_type = *type;
    return {};
  }
  for (const auto is_metadata : {false, true}) {
    const auto taken = take_bytes(one, is_metadata ? "metadata" : "data", is_metadata ? line.event.metadata : line.event.data,
                                  is_metadata ? has_metadata : has_data);
    if (!taken)
      return kdb::unexpected{taken.error()};
    if (*taken)
      return {};
  }
  for (const auto& name : known_members)
    if (one.name == name)
      return {};
  const auto close = nearest(one.name, known_members);
  return wrong("there is no member '" + std::string{one.name} + "'" + (close ? "; did you mean '" + *close + "'?" : ""),
               std::string{one.name}, "stream, type, id, contentType, data, metadata");
}

} // namespace

event_view view_of(const kdb::resolved_event& event) {
  const auto& shown = event.has_event() ? event.event() : *event.link();
  event_view view{.stream = shown.stream(),
                  .type = shown.type(),
                  .data = shown.data(),
                  .metadata = shown.metadata(),
                  .content_type = shown.content_type(),
                  .id = shown.id(),
                  .revision = shown.revision(),
                  .position = shown.position(),
                  .created = shown.created(),
                  .is_broken_link = event.is_broken_link()};
  if (event.is_resolved()) {
    view.link_stream = event.link()->stream();
    view.link_revision = event.link()->revision();
  }
  return view;
}

void append_time(std::string& to, event_time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  append_padded(to, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  to += '-';
  append_padded(to, static_cast<unsigned>(date.month()), 2);
  to += '-';
  append_padded(to, static_cast<unsigned>(date.day()), 2);
  to += 'T';
  append_padded(to, static_cast<unsigned>(clock.hours().count()), 2);
  to += ':';
  append_padded(to, static_cast<unsigned>(clock.minutes().count()), 2);
  to += ':';
  append_padded(to, static_cast<unsigned>(clock.seconds().count()), 2);
  to += '.';
  append_padded(to, static_cast<unsigned>(clock.subseconds().count()), 7);
  to += 'Z';
}

std::string to_text(event_time time) {
  std::string text;
  append_time(text, time);
  return text;
}

void append_event_line(std::string& to, const event_view& event, line_members members) {
  to += "{\"stream\":";
  append_json_string(to, event.stream);
  if (members.revision) {
    to += ",\"revision\":";
    append_number(to, event.revision.value);
  }
  if (members.position) {
    to += ",\"position\":\"";
    append_number(to, event.position.commit);
    to += '/';
    append_number(to, event.position.prepare);
    to += '"';
  }
  if (members.created) {
    to += ",\"created\":\"";
    append_time(to, event.created);
    to += '"';
  }
  to += ",\"type\":";
  append_json_string(to, event.type);
  to += ",\"id\":\"";
  append_id(to, event.id);
  to += '"';
  const auto is_json = event.content_type == kdb::content_type::json;
  if (!is_json) {
    to += ",\"contentType\":\"";
    to += to_string(event.content_type);
    to += '"';
  }
  append_bytes(to, "data", event.data, is_json);
  append_bytes(to, "metadata", event.metadata, true);
  if (!event.link_stream.empty()) {
    to += ",\"link\":{\"stream\":";
    append_json_string(to, event.link_stream);
    to += ",\"revision\":";
    append_number(to, event.link_revision.value);
    to += '}';
  }
  if (event.is_broken_link)
    to += ",\"brokenLink\":true";
  to += '}';
}

kdb::result<event_line> parse_event_line(std::string_view line) {
  line_reader reader;
  reader.line.event.id = {};
  if (auto read = each_member(line, [&](const member& one) { return reader.take(one); }); !read)
    return kdb::unexpected{read.error()};
  if (!reader.has_type || reader.line.event.type.empty())
    return wrong("'type' is missing: an event needs one", "type", "the type of the event");
  if (!reader.line.has_id)
    reader.line.event.id = kdb::random_uuid();
  return std::move(reader.line);
}

} // namespace kdbctl
