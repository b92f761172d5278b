// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/projections/manage.hpp"

#include "devnode/services/gate.hpp"
#include "devnode/services/projections/errors.hpp"
#include "devnode/services/projections/managed_projections.hpp"
#include "devnode/services/property_json.hpp"
#include "devnode/services/unary.hpp"

#include "kdb/event_store/client/projections.pb.h"

#include <algorithm>
#include <optional>

namespace kdb::inline v0::development {
namespace {

using namespace event_store::client::projections;
using event_store::client::Empty;

bool operates(node& serving, const rpc::call& call) {
  return may(*caller_of(serving, call), demanded_role::ops);
}

// Whether a command has what a server reads before it looks for the projection.
template <class Options>
bool says_all(const Options&) {
  return true;
}

bool says_all(const UpdateReq::Options& options) {
  return options.emit_option_case() != UpdateReq::Options::EMIT_OPTION_NOT_SET;
}

// Does `work` with the projection that the options name, if there is one. That comes before the question who asks.
template <class Request, class Reply, class Work>
std::unique_ptr<rpc::handler> with_projection(node& serving, rpc::call& call, demanded_role role, Work work) {
  return unary<Request, Reply>(
    call,
    [&serving, work, allowed = role == demanded_role::user || operates(serving, call)](
      const Request& request) -> std::optional<std::variant<Reply, rpc::status>> {
      if (!request.has_options())
        return errors::handler_exception();
      if (!serving.projections)
        return errors::not_ready();
      if (!says_all(request.options()))
        return errors::handler_exception();
      auto found = serving.projections->find(request.options().name());
      if (!found)
        return errors::projection_not_found(request.options().name());
      if (!allowed)
        return errors::not_authorized();
      return work(*serving.projections, *found, request.options());
    },
    &serving.durable);
}

// The same for commands that are never refused.
template <class Request, class Reply, class Work>
std::unique_ptr<rpc::handler> commanding(node& serving, rpc::call& call, Work work) {
  return with_projection<Request, Reply>(
    serving, call, demanded_role::ops,
    [work](managed_projections& all, const projection&, const auto& options) -> std::variant<Reply, rpc::status> {
      work(all, options);
      return Reply{};
    });
}

bool blank(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

// As JSON; empty if there are none.
template <class Options>
std::string properties_of(const Options& options) {
  std::string text;
  if (options.properties().empty())
    return text;
  property_json out{text};
  out.begin();
  for (auto& [key, value] : options.properties())
    out.member(key, value);
  out.end();
  return text;
}

// Why a server would not keep what a request says, if it would not.
template <class Options>
std::optional<rpc::status> problem_with(const node& serving, const Options& options) {
  for (auto& [key, value] : options.properties())
    if (!has_kind(value))
      return errors::property_without_value(key);
  auto size = options.query().size() + properties_of(options).size();
  auto limit = serving.options.max_append_event_size;
  return size > limit ? std::optional{errors::projection_too_large(size, limit)} : std::nullopt;
}

// What is wanted, or a status.
std::variant<projection_definition, rpc::status> parse(const CreateReq::Options& options) {
  projection_definition wanted{
    .name = {}, .query = options.query(), .engine = options.engine_version() == 2 ? 2 : 1, .properties = properties_of(options)};
  switch (options.mode_case()) {
    case CreateReq::Options::kOneTime:
      wanted.name = to_string(random_uuid());
      wanted.mode = projection_mode::one_time;
      break;
    case CreateReq::Options::kTransient:
      return errors::projection_refused("Transient projections are deprecated. Use the secondary indexing query API.");
    case CreateReq::Options::kContinuous:
      wanted.name = options.continuous().name();
      wanted.emits = options.continuous().emit_enabled();
      wanted.tracks_emitted = options.continuous().track_emitted_streams();
      break;
    default: return errors::handler_exception();
  }
  if (wanted.tracks_emitted && (!wanted.emits || wanted.engine == 2))
    return errors::handler_exception();
  return wanted;
}

std::variant<CreateResp, rpc::status> create(node& serving, const CreateReq& request, bool allowed) {
  auto parsed = parse(request.options());
  if (auto refused = std::get_if<rpc::status>(&parsed))
    return std::move(*refused);
  auto& wanted = std::get<projection_definition>(parsed);
  if (!serving.projections)
    return errors::not_ready();
  if (!allowed)
    return errors::not_authorized();
  if (blank(wanted.name))
    return errors::projection_refused("Projection name is required");
  if (serving.projections->find(wanted.name))
    return errors::projection_exists(wanted.name);
  if (auto refused = problem_with(serving, request.options()))
    return *std::move(refused);
  serving.projections->create(std::move(wanted));
  return CreateResp{};
}

} // namespace

std::unique_ptr<rpc::handler> handle_projection_create(node& serving, rpc::call& call) {
  return unary<CreateReq, CreateResp>(
    call, [&serving, allowed = operates(serving, call)](const CreateReq& request) { return create(serving, request, allowed); },
    &serving.durable);
}

std::unique_ptr<rpc::handler> handle_projection_update(node& serving, rpc::call& call) {
  using options_type = UpdateReq::Options;
  return with_projection<UpdateReq, UpdateResp>(serving, call, demanded_role::ops,
                                                [&serving](managed_projections& all, const projection&,
                                                           const options_type& options) -> std::variant<UpdateResp, rpc::status> {
                                                  if (auto refused = problem_with(serving, options))
                                                    return *std::move(refused);
                                                  bool says = options.emit_option_case() == options_type::kEmitEnabled;
                                                  all.update(options.name(), options.query(),
                                                             says ? std::optional{options.emit_enabled()} : std::nullopt,
                                                             properties_of(options));
                                                  return UpdateResp{};
                                                });
}

// It has written nothing but what says what it was.
std::unique_ptr<rpc::handler> handle_projection_delete(node& serving, rpc::call& call) {
  return with_projection<DeleteReq, DeleteResp>(serving, call, demanded_role::ops,
                                                [](managed_projections& all, const projection& of,
                                                   const DeleteReq::Options& options) -> std::variant<DeleteResp, rpc::status> {
                                                  if (auto problem = deletion_problem(of); !problem.empty())
                                                    return errors::projection_refused(problem);
                                                  all.remove(options.name());
                                                  return DeleteResp{};
                                                });
}

std::unique_ptr<rpc::handler> handle_projection_disable(node& serving, rpc::call& call) {
  return commanding<DisableReq, DisableResp>(serving, call, [](managed_projections& all, const DisableReq::Options& options) {
    all.disable(options.name(), options.write_checkpoint());
  });
}

std::unique_ptr<rpc::handler> handle_projection_enable(node& serving, rpc::call& call) {
  return commanding<EnableReq, EnableResp>(
    serving, call, [](managed_projections& all, const EnableReq::Options& options) { all.enable(options.name()); });
}

std::unique_ptr<rpc::handler> handle_projection_reset(node& serving, rpc::call& call) {
  return commanding<ResetReq, ResetResp>(
    serving, call, [](managed_projections& all, const ResetReq::Options& options) { all.reset(options.name()); });
}

// No projection has a state: those of the system have none on a server either, and the others are not run. One whose query was refused never
// tells, as on a server.
std::unique_ptr<rpc::handler> handle_projection_state(node& serving, rpc::call& call) {
  return with_projection<StateReq, StateResp>(serving, call, demanded_role::user,
                                              [](managed_projections&, const projection& of, const StateReq::Options&)
                                                -> std::optional<std::variant<StateResp, rpc::status>> {
                                                if (of.phase == projection_phase::faulted)
                                                  return std::nullopt;
                                                StateResp reply;
                                                reply.mutable_state()->mutable_struct_value();
                                                return reply;
                                              });
}

std::unique_ptr<rpc::handler> handle_projection_result(node& serving, rpc::call& call) {
  return with_projection<ResultReq, ResultResp>(serving, call, demanded_role::user,
                                                [](managed_projections&, const projection& of, const ResultReq::Options&)
                                                  -> std::optional<std::variant<ResultResp, rpc::status>> {
                                                  if (of.phase == projection_phase::faulted)
                                                    return std::nullopt;
                                                  ResultResp reply;
                                                  reply.mutable_result()->mutable_struct_value();
                                                  return reply;
                                                });
}

// The one method that nodes answer that don't lead.
std::unique_ptr<rpc::handler> handle_projections_restart(node& serving, rpc::call& call) {
  return unary<Empty, Empty>(call, [&serving](const Empty&) -> std::variant<Empty, rpc::status> {
    if (!serving.projections)
      return errors::projection_refused("Projection Subsystem cannot be restarted as it is in the wrong state: Ready");
    serving.projections->restart();
    return Empty{};
  });
}

} // namespace kdb::inline v0::development
