// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/event_output.hpp"

#include "tools/kdbctl/text/encoding.hpp"
#include "tools/kdbctl/text/quantity.hpp"

namespace kdbctl {
namespace {

std::vector<std::string> headers_for(line_members members) {
  std::vector<std::string> headers{"STREAM", "REVISION", "CREATED", "TYPE", "DATA"};
  if (members.position)
    headers.insert(headers.begin(), "POSITION");
  return headers;
}

std::string data_cell(const event_view& event) {
  if (event.is_broken_link)
    return "(broken link to " + printable(event.data) + ")";
  return is_utf8(event.data) ? printable(event.data) : "(" + bytes_text(event.data.size()) + " that are not UTF-8)";
}

} // namespace

event_output::event_output(session& session, line_members members, std::string delimiter)
  : session_{session}, members_{members}, delimiter_{std::move(delimiter)}, table_{headers_for(members), session.look()} {}

void event_output::draw(const event_view& event) {
  constexpr std::size_t to_the_second = 19;
  std::vector<std::string> cells;
  if (members_.position)
    cells.push_back(to_string(event.position));
  cells.push_back(printable(event.stream));
  cells.push_back(std::to_string(event.revision.value));
  cells.push_back(to_text(event.created).substr(0, to_the_second));
  cells.push_back(printable(event.type));
  cells.push_back(data_cell(event));
  table_.add(std::move(cells));
}

bool event_output::add(const kdb::resolved_event& event) {
  auto& buffer = session_.out().buffer();
  const auto view = view_of(event);
  switch (session_.form()) {
    case format::table: draw(view); break;
    case format::document:
      buffer += events_ == 0 ? "[\n" : ",\n";
      append_event_line(buffer, view, members_);
      break;
    case format::lines:
      append_event_line(buffer, view, members_);
      buffer += '\n';
      break;
    case format::raw: buffer.append(view.data).append(delimiter_); break;
  }
  ++events_;
  return session_.out().written();
}

bool event_output::flush() {
  if (session_.form() == format::table && events_ > 0) {
    table_.settle();
    session_.out().buffer() += table_.text();
  }
  return session_.out().flush();
}

bool event_output::finish() {
  if (session_.form() == format::document)
    session_.out().buffer() += events_ == 0 ? "[]\n" : "\n]\n";
  return flush();
}

} // namespace kdbctl
