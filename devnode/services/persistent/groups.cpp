// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/groups.hpp"

#include "devnode/store/cursor.hpp"

#include <algorithm>
#include <limits>

namespace kdb::inline v0::development {
namespace {

// A server looks for what has become late as often.
constexpr std::chrono::seconds tick_interval{1};

} // namespace

persistent_groups::persistent_groups(store& events, followers& live, rpc::loop& on)
  : store_{events}, followers_{live}, loop_{on} {
  load();
}

running_group* persistent_groups::find(const group_name& name) {
  auto found = std::ranges::find_if(
    groups_, [&](auto& each) { return each->definition().name == name.group && each->definition().stream == name.stream; });
  return found == groups_.end() ? nullptr : found->get();
}

std::vector<running_group*> persistent_groups::all() {
  const auto stream_of = [](const running_group* each) -> const auto& {
    return each->definition().stream;
  };
  std::vector<running_group*> list;
  for (auto& each : groups_)
    list.insert(std::ranges::upper_bound(list, stream_of(each.get()), {}, stream_of), each.get());
  return list;
}

std::vector<running_group*> persistent_groups::of(std::string_view stream) {
  auto list = all();
  std::erase_if(list, [stream](auto each) { return each->definition().stream != stream; });
  return list;
}

// -- changes -------------------------------------------------------------------------------------------------------

void persistent_groups::create(group_definition definition) {
  start(std::move(definition));
  save();
}

void persistent_groups::update(group_definition definition) {
  auto name = group_name{definition.stream, definition.name};
  std::erase_if(groups_, [&](auto& each) { return each->name().key() == name.key(); });
  create(std::move(definition));
}

void persistent_groups::remove(const group_name& name) {
  auto removed = find(name);
  if (!removed)
    return;
  removed->forget();
  std::erase_if(groups_, [removed](auto& each) { return each.get() == removed; });
  save();
}

void persistent_groups::restart() {
  std::vector<group_definition> definitions;
  for (auto& each : groups_)
    definitions.push_back(each->definition());
  groups_.clear();
  for (auto& each : definitions)
    start(std::move(each));
}

void persistent_groups::start(group_definition definition) {
  known_.insert(definition.stream);
  groups_.push_back(std::make_unique<running_group>(store_, followers_, loop_, std::move(definition)));
  schedule_tick();
}

// -- the log -------------------------------------------------------------------------------------------------------

void persistent_groups::load() {
  stream_backwards last{store_, std::string{config_stream}, std::numeric_limits<std::int64_t>::max()};
  int budget = 1;
  if (auto found = last.next(budget))
    for (auto& each : read_config(found->data()))
      start(std::move(each));
}

void persistent_groups::save() {
  auto write = [this](std::string_view stream, std::string_view type, const std::string& data) {
    proposed_event event{.id = random_uuid(), .type = type, .json = true, .data = data, .custom_metadata = {}};
    store_.append(stream, expected_state::any(), {&event, 1});
  };
  if (!store_.find(config_stream))
    write("$$" + std::string{config_stream}, "$metadata", R"({"$maxCount":2})");
  std::vector<const group_definition*> definitions;
  for (auto& each : groups_)
    definitions.push_back(&each->definition());
  write(config_stream, config_type, write_config(definitions, timestamp_text(store_.now())));
}

// -- time ----------------------------------------------------------------------------------------------------------

void persistent_groups::schedule_tick() {
  if (!timer_ && !stopped_)
    timer_ = std::make_unique<rpc::timer>(loop_, tick_interval, [this] { tick(); });
}

void persistent_groups::tick() {
  timer_.reset();
  for (auto& each : groups_)
    each->tick();
  if (!groups_.empty())
    schedule_tick();
}

void persistent_groups::stop() {
  stopped_ = true;
  timer_.reset();
}

} // namespace kdb::inline v0::development
