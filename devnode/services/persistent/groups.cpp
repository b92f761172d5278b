// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/groups.hpp"

#include <algorithm>
#include <utility>

namespace kdb::inline v0::development {
namespace {

// A server looks for what has become late as often.
constexpr std::chrono::seconds tick_interval{1};

} // namespace

persistent_groups::persistent_groups(store& events, followers& live, rpc::loop& on)
  : store_{events}, followers_{live}, loop_{on} {
  for (auto& each : kept_.load())
    start(std::move(each));
}

running_group* persistent_groups::find(const group_name& name) {
  auto found = locate(name);
  return found == by_key_.end() ? nullptr : found->second->second.get();
}

persistent_groups::by_key::iterator persistent_groups::locate(const group_name& name) {
  auto [first, last] = by_key_.equal_range(name.key());
  auto found = std::find_if(first, last, [&](auto& each) { return each.second->second->definition().stream == name.stream; });
  return found == last ? by_key_.end() : found;
}

std::vector<running_group*> persistent_groups::all() {
  std::vector<running_group*> list;
  for (auto& [number, each] : groups_)
    list.push_back(each.get());
  std::ranges::stable_sort(
    list, {}, [](auto each) -> const auto& { return each->definition().stream; });
  return list;
}

std::vector<running_group*> persistent_groups::of(std::string_view stream) {
  std::vector<running_group*> list;
  for (auto& [number, each] : groups_)
    if (each->definition().stream == stream)
      list.push_back(each.get());
  return list;
}

// -- changes -------------------------------------------------------------------------------------------------------

void persistent_groups::create(group_definition definition) {
  auto& created = start(std::move(definition));
  kept_.save_set(created.definition(), [this] { return definitions(); });
}

void persistent_groups::update(group_definition definition) {
  if (auto found = locate({definition.stream, definition.name}); found != by_key_.end())
    end(found);
  create(std::move(definition));
}

void persistent_groups::remove(const group_name& name) {
  auto found = locate(name);
  if (found == by_key_.end())
    return;
  auto& removed = *found->second->second;
  removed.forget();
  auto definition = removed.definition();
  end(found);
  kept_.save_removed(definition, [this] { return definitions(); });
}

void persistent_groups::restart() {
  std::vector<group_definition> definitions;
  for (auto& [number, each] : groups_)
    definitions.push_back(each->definition());
  by_key_.clear();
  groups_.clear();
  for (auto& each : definitions)
    start(std::move(each));
}

running_group& persistent_groups::start(group_definition definition) {
  known_.insert(definition.stream);
  auto added = std::make_unique<running_group>(store_, followers_, loop_, std::move(definition));
  auto started = groups_.emplace_hint(groups_.end(), next_++, std::move(added));
  by_key_.emplace(started->second->definition().key(), started);
  schedule_tick();
  return *started->second;
}

void persistent_groups::end(by_key::iterator group) {
  groups_.erase(group->second);
  by_key_.erase(group);
}

kept_groups::definitions persistent_groups::definitions() const {
  kept_groups::definitions all;
  for (auto& [number, each] : groups_)
    all.push_back(&each->definition());
  return all;
}

// -- time ----------------------------------------------------------------------------------------------------------

void persistent_groups::schedule_tick() {
  if (!timer_ && !stopped_)
    timer_ = std::make_unique<rpc::timer>(loop_, tick_interval, [this] { tick(); });
}

void persistent_groups::tick() {
  timer_.reset();
  for (auto& [number, each] : groups_)
    each->tick();
  if (!groups_.empty())
    schedule_tick();
}

void persistent_groups::stop() {
  stopped_ = true;
  timer_.reset();
}

} // namespace kdb::inline v0::development
