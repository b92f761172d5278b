#include <management.hpp>

#include <utility>

#include <policy/groups.hpp>
#include <policy/validate.hpp>
#include <wire/groups.hpp>

// The part of management that is about groups of persistent subscriptions.
namespace kdb {

namespace {

constexpr std::string_view create_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Create";
constexpr std::string_view update_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Update";
constexpr std::string_view delete_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/Delete";
constexpr std::string_view info_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/GetInfo";
constexpr std::string_view list_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/List";
constexpr std::string_view replay_method = "/event_store.client.persistent_subscriptions.PersistentSubscriptions/ReplayParked";
constexpr std::string_view truncate_method =
  "/event_store.client.persistent_subscriptions.PersistentSubscriptions/TruncateParked";
constexpr std::string_view restart_method =
  "/event_store.client.persistent_subscriptions.PersistentSubscriptions/RestartSubsystem";

// Only the leader knows of groups.
management_state::call_plan asking(std::string_view method, const call_options& call) {
  return {.method = method, .kind = wire::request_kind::read, .options = call, .leader_only = true};
}

management_state::call_plan changing(std::string_view method, const call_options& call) {
  return {.method = method, .kind = wire::request_kind::write, .options = call, .leader_only = true};
}

/// There is nothing in it.
result<group_changed> decode_done(std::string_view) {
  return group_changed{};
}

result<group_list> decode_groups(std::string_view message) {
  return wire::decode_list(message).map([](std::vector<group_info> all) { return group_list{std::move(all)}; });
}

} // namespace

caf::result<group_changed> management_state::on_create_group(const create_group& what) {
  if (auto fine = policy::check_create(what.stream, what.group, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(create_method, what.options.call),
                            {wire::encode_create(what.stream, what.group, what.options)}, decode_done);
}

caf::result<group_changed> management_state::on_create_group_on_all(const create_group_on_all& what) {
  if (auto fine = policy::check_create(what.group, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(create_method, what.options.call), {wire::encode_create(what.group, what.options)},
                            decode_done);
}

caf::result<group_changed> management_state::on_update_group(const update_group& what) {
  if (auto fine = policy::check_update(what.stream, what.group, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(update_method, what.options.call),
                            {wire::encode_update(what.stream, what.group, what.options)}, decode_done);
}

caf::result<group_changed> management_state::on_update_group_on_all(const update_group_on_all& what) {
  if (auto fine = policy::check_update(what.group, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(update_method, what.options.call), {wire::encode_update(what.group, what.options)},
                            decode_done);
}

caf::result<group_changed> management_state::on_change_group(const change_group& what) {
  if (auto fine = policy::check_change(what.name, what.changes, what.call); !fine)
    return to_caf(std::move(fine.error()));
  auto promise = self->make_response_promise<group_changed>();
  const time_budget budget{deadline_for(context->how, what.call), self->clock().now()};
  auto then_update = [this, what, budget](caf::response_promise& answer, const std::vector<std::string>& answers) {
    auto now =
      answers.empty() ? failure(errc::protocol_error, "the server answered nothing") : wire::decode_info(answers.front());
    if (now)
      update_with(answer, what, *now, budget);
    else
      answer.deliver(to_caf(std::move(now.error())));
  };
  begin({.answer = promise,
         .finish = std::move(then_update),
         .plan = asking(info_method, what.call),
         .budget = {},
         .messages = {wire::encode_get_info(what.name)},
         .call = {}});
  return promise;
}

void management_state::update_with(caf::response_promise answer, const change_group& what, const group_info& now,
                                   time_budget budget) {
  auto next = policy::merge(now, what.changes);
  if (!next) {
    answer.deliver(to_caf(std::move(next.error())));
    return;
  }
  auto plan = changing(update_method, what.call);
  plan.options.deadline = budget.left(self->clock().now());
  auto message = [&] {
    if (const auto* from = std::get_if<stream_position>(&next->from))
      return wire::encode_update(what.name.stream, what.name.group, update_group_options{*from, next->settings});
    return wire::encode_update(what.name.group, update_group_on_all_options{std::get<all_position>(next->from), next->settings});
  }();
  begin({.answer = std::move(answer),
         .finish = [](caf::response_promise& done, const std::vector<std::string>&) { done.deliver(group_changed{}); },
         .plan = std::move(plan),
         .budget = {},
         .messages = {std::move(message)},
         .call = {}});
}

caf::result<group_changed> management_state::on_delete_group(const delete_group& what) {
  if (auto fine = policy::check_group(what.name).and_then([&] { return policy::check_call(what.call); }); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(delete_method, what.call), {wire::encode_delete_group(what.name)}, decode_done);
}

caf::result<group_info> management_state::on_get_group_info(const get_group_info& what) {
  if (auto fine = policy::check_group(what.name).and_then([&] { return policy::check_call(what.call); }); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_info>(asking(info_method, what.call), {wire::encode_get_info(what.name)}, wire::decode_info);
}

caf::result<group_list> management_state::on_list_groups(const list_groups& what) {
  auto fine = what.stream ? policy::check_source(*what.stream) : result<void>{};
  if (fine)
    fine = policy::check_call(what.call);
  if (!fine)
    return to_caf(std::move(fine.error()));
  return run<group_list>(asking(list_method, what.call), {wire::encode_list(what.stream)}, decode_groups);
}

caf::result<group_changed> management_state::on_replay_parked(const replay_parked& what) {
  if (auto fine = policy::check_parked(what.name, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(replay_method, what.options.call),
                            {wire::encode_replay_parked(what.name, what.options.stop_at)}, decode_done);
}

caf::result<group_changed> management_state::on_truncate_parked(const truncate_parked& what) {
  if (auto fine = policy::check_parked(what.name, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(truncate_method, what.options.call),
                            {wire::encode_truncate_parked(what.name, what.options.stop_at)}, decode_done);
}

caf::result<group_changed> management_state::on_restart(const restart_persistent_subscriptions& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<group_changed>(changing(restart_method, what.call), {std::string{}}, decode_done);
}

} // namespace kdb
