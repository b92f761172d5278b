// SPDX-License-Identifier: Apache-2.0
#include "devnode/projections/projection.hpp"

#include "devnode/projections/query_source.hpp"
#include "devnode/projections/query_syntax.hpp"

#include <utility>

namespace kdb::inline v0::development {
namespace {

constexpr std::string_view not_run = "The development node runs no queries: this projection processes no events and writes none.";
constexpr std::string_view no_source = "The query names no source of events, such as fromAll or fromStream. Others would be "
                                       "shown as running, but the development node runs no queries.";

void prepare_again(projection& changed) {
  changed = prepare(std::move(changed.definition), changed.native);
}

void end(projection& changed, projection_phase phase) {
  changed.definition.enabled = false;
  ++changed.definition.version;
  if (changed.phase != projection_phase::faulted)
    changed.phase = phase;
}

} // namespace

std::string_view name_of(projection_mode mode) {
  return mode == projection_mode::one_time ? "OneTime" : "Continuous";
}

projection prepare(projection_definition definition, std::optional<system_projection> native) {
  projection made{.definition = std::move(definition), .native = native, .phase = projection_phase::faulted};
  auto& from = made.definition;
  auto problem = native ? std::nullopt : syntax_problem(from.query);
  auto start = native ? std::optional<std::string>{"C:0/P:-1"} : problem ? std::nullopt : query_start(from.query);
  if (!start) {
    made.fault = std::move(problem).value_or(std::string{no_source});
    return made;
  }
  made.phase = from.enabled ? projection_phase::running : projection_phase::stopped;
  made.version = from.version;
  made.epoch = from.epoch;
  made.start = *std::move(start);
  return made;
}

bool enable(projection& changed) {
  if (changed.running())
    return false;
  changed.definition.enabled = true;
  ++changed.definition.version;
  prepare_again(changed);
  return true;
}

void disable(projection& changed) {
  end(changed, projection_phase::stopped);
}

// What does not run is not aborted.
void abort(projection& changed) {
  end(changed, changed.running() ? projection_phase::aborted : changed.phase);
}

void reset(projection& changed) {
  changed.definition.epoch = ++changed.definition.version;
  prepare_again(changed);
}

void update(projection& changed, std::string query, std::optional<bool> emits, std::string properties) {
  ++changed.definition.version;
  if (!properties.empty())
    changed.definition.properties = std::move(properties);
  changed.definition.query = std::move(query);
  changed.definition.emits = emits.value_or(changed.definition.emits);
  prepare_again(changed);
}

std::string_view deletion_problem(const projection& of) {
  if (of.native)
    return "We currently don't allow for the deletion of System Projections.";
  if (of.phase != projection_phase::stopped && of.phase != projection_phase::faulted)
    return "Cannot delete a projection that hasn't been stopped or faulted.";
  return {};
}

std::string_view status_of(const projection& of) {
  switch (of.phase) {
    case projection_phase::running: return "Running";
    case projection_phase::aborted: return "Aborted/Stopped";
    case projection_phase::faulted: return "Faulted";
    case projection_phase::stopped: break;
  }
  return "Stopped";
}

std::string_view reason_of(const projection& of) {
  return of.native ? std::string_view{} : of.phase == projection_phase::faulted ? std::string_view{of.fault} : not_run;
}

} // namespace kdb::inline v0::development
