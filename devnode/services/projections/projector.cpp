// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/projections/projector.hpp"

#include <algorithm>
#include <limits>

namespace kdb::inline v0::development {
namespace {

constexpr std::size_t events_a_turn = 256;

} // namespace

projector::projector(store& events, followers& live, rpc::loop& on, const projection_histories& before)
  : events_{events}, go_on_{on, [this] { go_on(); }}, follower_{live, {}, [this] { go_on_.schedule(); }} {
  auto found = projected_places(events.events(), before);
  for (std::size_t i = 0; i < before.size(); ++i)
    at(before[i].of).next = found[i];
}

// -- who runs ------------------------------------------------------------------------------------------------------

void projector::run(system_projection which, projection_edition as) {
  auto& its = at(which);
  if (its.last && its.last != as)
    its.processed = 0;
  its.running = its.last = as;
  go_on_.schedule();
}

void projector::stop(system_projection which, bool checkpoint) {
  auto& its = at(which);
  its.running.reset();
  if (checkpoint)
    its.checkpoint = seen(its);
}

void projector::rewind(system_projection which) {
  at(which).next = 0;
  at(which).checkpoint.reset();
  at(which).processed = 0;
}

std::optional<std::uint64_t> projector::seen(const worker& by) const {
  return by.next == 0 ? std::nullopt : std::optional{events_.events()[by.next - 1].position};
}

projection_progress projector::progress(system_projection of) const {
  auto& its = at(of);
  return {seen(its), its.checkpoint, its.processed, its.next >= events_.events().readable()};
}

// -- what they do --------------------------------------------------------------------------------------------------

std::size_t projector::first_place() const {
  auto first = std::numeric_limits<std::size_t>::max();
  for (auto& each : workers_)
    if (each.running)
      first = std::min(first, each.next);
  return first;
}

void projector::go_on() {
  for (auto left = events_a_turn; left > 0; --left) {
    auto first = first_place();
    if (first >= events_.events().end(seen_by::projections))
      return;
    project(first);
  }
  go_on_.schedule();
}

// Those that are elsewhere wait; one that is behind comes up to them in the end.
void projector::project(std::size_t index) {
  projection_editions here;
  for (auto which : all_system_projections)
    if (auto& its = at(which); its.running && its.next == index) {
      here[which] = its.running;
      ++its.next;
      ++its.processed;
    }
  transaction written;
  auto links = projected_links(events_.events()[index], here);
  std::vector<std::string> metadata(links.size()); // events have views of them
  for (std::size_t i = 0; i < links.size(); ++i)
    add(links[i], here[links[i].by]->epoch, metadata[i], written);
  if (!written.entries.empty())
    events_.write(written);
}

void projector::add(const projected_link& link, std::int64_t epoch, std::string& metadata, transaction& to) {
  if (events_.tombstoned(link.stream))
    return;
  auto into = events_.find(link.stream);
  bool fresh = !into || into->last() == no_revision;
  // Who begins anew hides what it wrote before.
  auto before = fresh || epoch < 0 ? std::nullopt : projected_origin_of(events_.events()[into->events.back()]);
  bool outdated = before && before->by == link.by && before->epoch < epoch;
  if (fresh || outdated) {
    metadata = projected_stream_metadata(fresh ? 0 : into->last() + 1);
    to.entries.push_back({to.add_target("$$" + link.stream), {random_uuid(), "$metadata", true, metadata, {}}});
  }
  to.entries.push_back({to.add_target(link.stream), {random_uuid(), link.type, false, link.data, link.metadata}});
}

} // namespace kdb::inline v0::development
