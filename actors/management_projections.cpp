#include <management.hpp>

#include <utility>

#include <policy/projections.hpp>
#include <policy/validate.hpp>
#include <wire/projections.hpp>

// The part of management that is about projections.
namespace kdb {

namespace {

constexpr std::string_view create_method = "/event_store.client.projections.Projections/Create";
constexpr std::string_view update_method = "/event_store.client.projections.Projections/Update";
constexpr std::string_view delete_method = "/event_store.client.projections.Projections/Delete";
constexpr std::string_view statistics_method = "/event_store.client.projections.Projections/Statistics";
constexpr std::string_view disable_method = "/event_store.client.projections.Projections/Disable";
constexpr std::string_view enable_method = "/event_store.client.projections.Projections/Enable";
constexpr std::string_view reset_method = "/event_store.client.projections.Projections/Reset";
constexpr std::string_view state_method = "/event_store.client.projections.Projections/State";
constexpr std::string_view result_method = "/event_store.client.projections.Projections/Result";
constexpr std::string_view restart_method = "/event_store.client.projections.Projections/RestartSubsystem";

constexpr management_state::silence no_projections{
  .reason = "perhaps the node does not lead, or its projections have not started: it does not answer then",
  .of_unfit_node = true};

management_state::call_plan asking(std::string_view method, const call_options& call, std::string name) {
  return {.method = method,
          .kind = wire::request_kind::read,
          .options = call,
          .leader_only = true,
          .may_meet = no_projections,
          .projection = std::move(name)};
}

management_state::call_plan listing(const call_options& call, std::string name = {}) {
  auto plan = asking(statistics_method, call, std::move(name));
  plan.many_answers = true;
  return plan;
}

management_state::call_plan changing(std::string_view method, const call_options& call, std::string name = {}) {
  return {.method = method,
          .kind = wire::request_kind::write,
          .options = call,
          .leader_only = true,
          .may_meet = no_projections,
          .projection = std::move(name)};
}

/// There is nothing in it.
result<projection_changed> decode_done(std::string_view) {
  return projection_changed{};
}

result<projection_list> decode_all(const std::vector<std::string>& messages) {
  return wire::decode_projections(messages).transform([](auto all) { return projection_list{std::move(all)}; });
}

/// Older servers send nothing about a projection that is not there, and no error either.
result<projection_statistics> decode_one(const std::string& name, const std::vector<std::string>& messages) {
  return wire::decode_projections(messages).and_then([&](auto all) -> result<projection_statistics> {
    if (all.empty())
      return unexpected(
        {.code = errc::projection_not_found, .message = "Projection '" + name + "' not found", .detail = projection_name{name}});
    return std::move(all.front());
  });
}

result<projection_value> decode_state(std::string_view message) {
  return wire::decode_projection_state(message).transform([](std::string json) { return projection_value{std::move(json)}; });
}

result<projection_value> decode_result(std::string_view message) {
  return wire::decode_projection_result(message).transform([](std::string json) { return projection_value{std::move(json)}; });
}

} // namespace

caf::result<projection_changed> management_state::on_create_projection(const create_projection& what) {
  if (auto fine = policy::check_create_projection(what.name, what.query, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(create_method, what.options.call, what.name),
                                 {wire::encode_create_projection(what.name, what.query, what.options)}, decode_done);
}

caf::result<projection_changed> management_state::on_create_one_time_projection(const create_one_time_projection& what) {
  if (auto fine = policy::check_create_one_time_projection(what.query, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(create_method, what.options.call),
                                 {wire::encode_create_one_time_projection(what.query, what.options)}, decode_done);
}

caf::result<projection_changed> management_state::on_update_projection(const update_projection& what) {
  if (auto fine = policy::check_update_projection(what.name, what.query, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(update_method, what.options.call, what.name),
                                 {wire::encode_update_projection(what.name, what.query, what.options)}, decode_done);
}

caf::result<projection_changed> management_state::on_delete_projection(const delete_projection& what) {
  if (auto fine = policy::check_projection(what.name, what.options.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(delete_method, what.options.call, what.name),
                                 {wire::encode_delete_projection(what.name, what.options)}, decode_done);
}

caf::result<projection_changed> management_state::on_enable_projection(const enable_projection& what) {
  if (auto fine = policy::check_projection(what.name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(enable_method, what.call, what.name), {wire::encode_enable_projection(what.name)},
                                 decode_done);
}

caf::result<projection_changed> management_state::on_disable_projection(const disable_projection& what) {
  if (auto fine = policy::check_projection(what.name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(disable_method, what.call, what.name),
                                 {wire::encode_disable_projection(what.name, true)}, decode_done);
}

caf::result<projection_changed> management_state::on_abort_projection(const abort_projection& what) {
  if (auto fine = policy::check_projection(what.name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(disable_method, what.call, what.name),
                                 {wire::encode_disable_projection(what.name, false)}, decode_done);
}

caf::result<projection_changed> management_state::on_reset_projection(const reset_projection& what) {
  if (auto fine = policy::check_projection(what.name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(reset_method, what.call, what.name), {wire::encode_reset_projection(what.name)},
                                 decode_done);
}

caf::result<projection_statistics> management_state::on_get_projection_statistics(const get_projection_statistics& what) {
  if (auto fine = policy::check_projection(what.name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return start_call<projection_statistics>(
    listing(what.call, what.name), {wire::encode_projection_statistics(what.name)},
    [name = what.name](const std::vector<std::string>& messages) { return decode_one(name, messages); });
}

caf::result<projection_list> management_state::on_list_projections(const list_projections& what) {
  if (auto fine = policy::check_list_projections(what.mode, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return collect<projection_list>(listing(what.call), {wire::encode_list_projections(what.mode)}, decode_all);
}

caf::result<projection_value> management_state::on_get_projection_state(const get_projection_state& what) {
  if (auto fine = policy::check_projection_state(what.name, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_value>(asking(state_method, what.options.call, what.name),
                               {wire::encode_projection_state(what.name, what.options.partition)}, decode_state);
}

caf::result<projection_value> management_state::on_get_projection_result(const get_projection_result& what) {
  if (auto fine = policy::check_projection_state(what.name, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_value>(asking(result_method, what.options.call, what.name),
                               {wire::encode_projection_result(what.name, what.options.partition)}, decode_result);
}

caf::result<projection_changed> management_state::on_restart_projections(const restart_projections& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<projection_changed>(changing(restart_method, what.call), {std::string{}}, decode_done);
}

} // namespace kdb
