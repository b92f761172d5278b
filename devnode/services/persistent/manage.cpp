// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/manage.hpp"

#include "devnode/services/persistent/groups.hpp"
#include "devnode/services/persistent/info.hpp"
#include "devnode/services/persistent/request.hpp"
#include "devnode/services/unary.hpp"

#include "kdb/event_store/client/persistent.pb.h"

#include <limits>

namespace kdb::inline v0::development {
namespace {

using namespace event_store::client::persistent_subscriptions;
using event_store::client::Empty;

// Does `work` with the group that the options name, if there is one.
template <class Reply, class Request, class Work>
std::variant<Reply, rpc::status> with_group(node& serving, const Request& request, Work work) {
  auto name = request.has_options() ? read_group_name(request.options()) : std::nullopt;
  if (!name)
    return errors::handler_exception();
  if (!serving.groups)
    return errors::not_ready();
  auto group = serving.groups->find(*name);
  if (!group)
    return errors::group_does_not_exist(*name);
  return work(*group);
}

// Up to which parked event, or a status.
template <class Options>
std::variant<std::int64_t, rpc::status> read_stop(const Options& options, const group_name& name, std::string_view problem) {
  if (options.has_no_limit())
    return std::numeric_limits<std::int64_t>::max();
  if (!options.has_stop_at())
    return errors::handler_exception();
  if (options.stop_at() < 0)
    return errors::group_failed(name, problem);
  return options.stop_at();
}

template <class Reply, class Request, class Work>
std::unique_ptr<rpc::handler> handle_parked(node& serving, rpc::call& call, std::string_view problem, Work work) {
  return unary<Request, Reply>(
    call,
    [&serving, problem, work](const Request& request) {
      return with_group<Reply>(serving, request, [&](running_group& group) -> std::variant<Reply, rpc::status> {
        auto stop = read_stop(request.options(), group.name(), problem);
        if (auto refused = std::get_if<rpc::status>(&stop))
          return std::move(*refused);
        work(group, std::get<std::int64_t>(stop));
        return Reply{};
      });
    },
    &serving.durable);
}

} // namespace

std::unique_ptr<rpc::handler> handle_group_create(node& serving, rpc::call& call) {
  return unary<CreateReq, CreateResp>(
    call,
    [&serving](const CreateReq& request) -> std::variant<CreateResp, rpc::status> {
      if (!serving.groups)
        return errors::not_ready();
      auto parsed = parse_create(request);
      if (auto refused = std::get_if<rpc::status>(&parsed))
        return std::move(*refused);
      auto& wanted = std::get<group_definition>(parsed);
      auto name = group_name{wanted.stream, wanted.name};
      if (serving.groups->find(name))
        return errors::group_exists(name);
      if (auto problem = definition_problem(wanted, requested_strategy(request), serving.events); !problem.empty())
        return errors::group_failed(name, problem);
      serving.groups->create(std::move(wanted));
      return CreateResp{};
    },
    &serving.durable);
}

std::unique_ptr<rpc::handler> handle_group_update(node& serving, rpc::call& call) {
  return unary<UpdateReq, UpdateResp>(
    call,
    [&serving](const UpdateReq& request) -> std::variant<UpdateResp, rpc::status> {
      if (!serving.groups)
        return errors::not_ready();
      auto parsed = parse_update(request);
      if (auto refused = std::get_if<rpc::status>(&parsed))
        return std::move(*refused);
      auto& wanted = std::get<group_definition>(parsed);
      auto name = group_name{wanted.stream, wanted.name};
      auto group = serving.groups->find(name);
      if (!group)
        return errors::group_does_not_exist(name);
      if (auto problem = definition_problem(wanted, name_of(wanted.settings.strategy), serving.events); !problem.empty())
        return errors::group_failed(name, problem);
      wanted.filter = group->definition().filter;
      serving.groups->update(std::move(wanted));
      return UpdateResp{};
    },
    &serving.durable);
}

std::unique_ptr<rpc::handler> handle_group_delete(node& serving, rpc::call& call) {
  return unary<DeleteReq, DeleteResp>(
    call,
    [&serving](const DeleteReq& request) {
      return with_group<DeleteResp>(serving, request, [&](running_group& group) -> std::variant<DeleteResp, rpc::status> {
        serving.groups->remove(group.name());
        return DeleteResp{};
      });
    },
    &serving.durable);
}

std::unique_ptr<rpc::handler> handle_group_info(node& serving, rpc::call& call) {
  return unary<GetInfoReq, GetInfoResp>(call, [&serving](const GetInfoReq& request) {
    return with_group<GetInfoResp>(serving, request, [](running_group& group) -> std::variant<GetInfoResp, rpc::status> {
      GetInfoResp reply;
      describe_group(group, *reply.mutable_subscription_info());
      return reply;
    });
  });
}

std::unique_ptr<rpc::handler> handle_group_list(node& serving, rpc::call& call) {
  return unary<ListReq, ListResp>(call, [&serving](const ListReq& request) -> std::variant<ListResp, rpc::status> {
    if (!serving.groups)
      return errors::not_ready();
    auto& options = request.options();
    std::vector<running_group*> found;
    if (options.has_list_all_subscriptions()) {
      found = serving.groups->all();
    } else if (options.has_list_for_stream()) {
      auto& of = options.list_for_stream();
      auto stream = of.has_all() ? std::string{all_stream} : read_name(of.stream());
      if (!serving.groups->known(stream))
        return errors::group_does_not_exist({stream, {}});
      found = serving.groups->of(stream);
    } else {
      return errors::handler_exception();
    }
    ListResp reply;
    for (auto group : found)
      describe_group(*group, *reply.add_subscriptions());
    return reply;
  });
}

std::unique_ptr<rpc::handler> handle_replay_parked(node& serving, rpc::call& call) {
  return handle_parked<ReplayParkedResp, ReplayParkedReq>(
    serving, call, "Cannot stop replaying parked message at a negative version.",
    [](running_group& group, std::int64_t stop) { group.replay_parked(stop); });
}

std::unique_ptr<rpc::handler> handle_truncate_parked(node& serving, rpc::call& call) {
  return handle_parked<TruncateParkedResp, TruncateParkedReq>(
    serving, call, "Cannot truncate parked messages at a negative version.",
    [](running_group& group, std::int64_t stop) { group.truncate_parked(stop); });
}

std::unique_ptr<rpc::handler> handle_groups_restart(node& serving, rpc::call& call) {
  return unary<Empty, Empty>(call, [&serving](const Empty&) -> std::variant<Empty, rpc::status> {
    if (!serving.groups)
      return errors::group_failed({}, "Persistent Subscriptions cannot be restarted as it is in the wrong state.");
    serving.groups->restart();
    return Empty{};
  });
}

} // namespace kdb::inline v0::development
