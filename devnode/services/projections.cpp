#include "services/projections.hpp"

#include "store/projected_links.hpp"

namespace kdb::development {
namespace {

constexpr std::size_t events_a_turn = 256;

// The first event that the projections have not seen, by what they wrote last.
std::size_t find_place(const log& events) {
  for (auto index = events.size(); index-- > 0;)
    if (auto position = projected_position(events[index]))
      return events.index_of(*position + 1);
  return 0;
}

} // namespace

projections::projections(store& events, followers& live, rpc::loop& on)
  : events_{events}, next_{find_place(events.events())}, go_on_{on, [this] { go_on(); }}, follower_{live, {}, [this] {
                                                                                                      go_on_.schedule();
                                                                                                    }} {
  go_on_.schedule();
}

void projections::go_on() {
  auto& log = events_.events();
  for (std::size_t left = events_a_turn; left > 0 && next_ < log.readable(); --left)
    project(log[next_++]);
  if (next_ < log.readable())
    go_on_.schedule();
}

void projections::project(const stored_event& event) {
  auto links = projected_links(event);
  transaction written;
  for (auto& link : links) {
    if (events_.tombstoned(link.stream))
      continue;
    if (auto into = events_.find(link.stream); !into || into->last() == no_revision) {
      proposed_event metadata{random_uuid(), "$metadata", true, projected_stream_metadata, {}};
      written.entries.push_back({written.add_target("$$" + link.stream), metadata});
    }
    written.entries.push_back({written.add_target(link.stream), {random_uuid(), link.type, false, link.data, link.metadata}});
  }
  if (!written.entries.empty())
    events_.write(written);
}

} // namespace kdb::development
