// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/stream_names.hpp"

namespace kdbctl {
namespace {

class found_streams {
public:
  explicit found_streams(const stream_search& search) : search_{search} {}

  // False when there are enough.
  bool add(std::string_view name) {
    const auto is_wanted =
      name.starts_with(search_.prefix) && (search_.system || search_.prefix.starts_with('$') || !name.starts_with('$'));
    if (is_wanted)
      names_.emplace(name);
    return names_.size() < search_.limit;
  }
  std::set<std::string> take() { return std::move(names_); }
  bool empty() const { return names_.empty(); }

private:
  const stream_search& search_;
  std::set<std::string> names_;
};

kdb::direction direction_of(const stream_search& search) {
  return search.newest_first ? kdb::backwards : kdb::forwards;
}

// Links of $streams have the data "0@STREAM".
kdb::result<void> from_projection(const kdb::client& client, const stream_search& search, found_streams& found) {
  kdb::read_stream_options options{.direction = direction_of(search)};
  options.call.deadline = search.deadline;
  auto links = client.read_stream("$streams", std::move(options));
  for (const auto& link : links.events()) {
    const auto data = link.data();
    const auto at = data.find('@');
    if (at != data.npos && !found.add(data.substr(at + 1)))
      break;
  }
  return links.finish();
}

kdb::result<void> from_events(const kdb::client& client, const stream_search& search, found_streams& found) {
  kdb::read_all_options options{.direction = direction_of(search)};
  options.call.deadline = search.deadline;
  if (!search.prefix.empty())
    options.filter = kdb::event_filter::stream_prefixes({search.prefix});
  else if (!search.system)
    options.filter = kdb::event_filter::exclude_system_events();
  auto events = client.read_all(std::move(options));
  for (const auto& event : events.events())
    if (!found.add(event.stream()))
      break;
  return events.finish();
}

} // namespace

kdb::result<std::set<std::string>> find_streams(const kdb::client& client, const stream_search& search) {
  found_streams found{search};
  auto done = from_projection(client, search, found);
  // Without the projection there is no such stream; a user may read $all and not $streams.
  if (!done && (done.error().code == kdb::errc::stream_not_found || done.error().code == kdb::errc::access_denied))
    done = from_events(client, search, found);
  // What was found in time is better than nothing.
  if (!done && !(search.deadline && !found.empty()))
    return kdb::unexpected{done.error()};
  return found.take();
}

} // namespace kdbctl
