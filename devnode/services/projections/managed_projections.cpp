// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/projections/managed_projections.hpp"

#include "devnode/projections/projection_record.hpp"

#include <algorithm>
#include <utility>

namespace kdb::inline v0::development {
namespace {

proposed_event event(std::string_view type, bool json, std::string_view data, std::string_view metadata = {}) {
  return {.id = random_uuid(), .type = type, .json = json, .data = data, .custom_metadata = metadata};
}

// As they are before anybody has changed them.
projection_definition first_definition(system_projection of) {
  return {.name = std::string{name_of(of)}, .query = {}, .emits = true, .version = 1};
}

} // namespace

managed_projections::managed_projections(store& events, followers& live, rpc::loop& on)
  : events_{events}, followers_{live}, loop_{on} {
  load();
}

const projection* managed_projections::find(std::string_view name) const {
  auto found = std::ranges::find_if(all_, [name](auto& each) { return each.definition.name == name; });
  return found == all_.end() ? nullptr : &*found;
}

projection& managed_projections::known(std::string_view name) {
  return *std::ranges::find_if(all_, [name](auto& each) { return each.definition.name == name; });
}

std::optional<projection_progress> managed_projections::progress(const projection& of) const {
  return of.native ? std::optional{system_->progress(*of.native)} : std::nullopt;
}

// -- commands ------------------------------------------------------------------------------------------------------

void managed_projections::create(projection_definition definition) {
  all_.push_back(prepare(std::move(definition), {}));
  auto& made = all_.back().definition;
  transaction written;
  auto document = write_projection(made, false);
  written.entries.push_back({written.add_target(registration_stream), event(created_type, false, made.name)});
  written.entries.push_back(
    {written.add_target(definition_stream(made.name)), event(updated_type, true, document, made.properties)});
  events_.write(written);
}

void managed_projections::enable(std::string_view name) {
  auto& changed = known(name);
  if (!development::enable(changed))
    return;
  save(changed);
  arrange(changed);
}

void managed_projections::disable(std::string_view name, bool checkpoint) {
  auto& changed = known(name);
  checkpoint ? development::disable(changed) : abort(changed);
  save(changed);
  arrange(changed, checkpoint);
}

void managed_projections::reset(std::string_view name) {
  auto& changed = known(name);
  development::reset(changed);
  save(changed);
  if (changed.native)
    system_->rewind(*changed.native);
  arrange(changed);
}

void managed_projections::update(std::string_view name, std::string query, std::optional<bool> emits, std::string properties) {
  auto& changed = known(name);
  development::update(changed, std::move(query), emits, std::move(properties));
  save(changed);
  arrange(changed);
}

void managed_projections::remove(std::string_view name) {
  auto deleted = event(deleted_type, false, name);
  events_.append(registration_stream, expected_state::any(), {&deleted, 1});
  std::erase_if(all_, [name](auto& each) { return each.definition.name == name; });
}

void managed_projections::restart() {
  load();
}

// Has one of the system's do what it is said to do.
void managed_projections::arrange(const projection& changed, bool checkpoint) {
  if (!changed.native)
    return;
  if (changed.running())
    system_->run(*changed.native, {changed.version, changed.epoch});
  else
    system_->stop(*changed.native, checkpoint);
}

// -- the log -------------------------------------------------------------------------------------------------------

void managed_projections::save(const projection& changed) {
  auto document = write_projection(changed.definition, changed.native.has_value());
  auto updated = event(updated_type, true, document, changed.definition.properties);
  events_.append(definition_stream(changed.definition.name), expected_state::any(), {&updated, 1});
}

std::optional<projection_definition> managed_projections::kept(std::string_view name) {
  auto of = events_.find(definition_stream(name));
  if (!of || of->events.empty())
    return std::nullopt;
  auto& last = events_.events()[of->events.back()];
  auto definition = read_projection(name, last.data());
  if (definition)
    definition->properties = last.custom_metadata();
  return definition;
}

void managed_projections::load() {
  all_.clear();
  system_.reset();
  projection_histories before{};
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto which = all_system_projections[i];
    auto changed = kept(name_of(which));
    before[i] = {.of = which, .together = !changed, .epoch = changed ? changed->epoch : -1};
    all_.push_back(prepare(changed ? *std::move(changed) : first_definition(which), which));
  }
  system_ = std::make_unique<projector>(events_, followers_, loop_, before);
  for (auto& each : all_)
    arrange(each);
  std::vector<std::string> names;
  if (auto registered = events_.find(registration_stream))
    for (auto index : registered->events) {
      std::string name{events_.events()[index].data()};
      if (events_.events()[index].type() == created_type)
        names.push_back(std::move(name));
      else if (events_.events()[index].type() == deleted_type)
        std::erase(names, name);
    }
  for (auto& name : names)
    if (auto definition = kept(name))
      all_.push_back(prepare(*std::move(definition), {}));
}

} // namespace kdb::inline v0::development
