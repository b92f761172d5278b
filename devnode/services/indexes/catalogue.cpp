// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/indexes/catalogue.hpp"

namespace kdb::inline v0::development {

const index_catalogue::indexes& index_catalogue::all() {
  auto& events = events_.events();
  for (; next_ < events.size(); ++next_)
    if (auto& event = events[next_]; event.owner->name.starts_with(index_stream_prefix))
      apply(event);
  return all_;
}

const user_index* index_catalogue::find(std::string_view name) {
  auto& known = all();
  auto found = known.find(name);
  return found == known.end() ? nullptr : &found->second;
}

bool index_catalogue::deleted(std::string_view name) {
  return !find(name) && events_.find(std::string{index_stream_prefix}.append(name));
}

// Others may write to the stream: what makes no sense is passed over.
void index_catalogue::apply(const stored_event& event) {
  auto name = event.owner->name.substr(index_stream_prefix.size());
  if (event.type() == index_event::created) {
    auto definition = read_index(event.data());
    if (definition && index_problems(name, *definition).empty())
      all_.insert_or_assign(name, user_index{name, *std::move(definition), false, event.revision});
    return;
  }
  auto known = all_.find(name);
  if (known == all_.end())
    return;
  if (event.type() == index_event::deleted) {
    all_.erase(known);
  } else if (event.type() == index_event::started || event.type() == index_event::stopped) {
    known->second.started = event.type() == index_event::started;
    known->second.edition = event.revision;
  }
}

} // namespace kdb::inline v0::development
