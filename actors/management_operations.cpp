#include <management.hpp>

#include <utility>

#include <policy/operations.hpp>
#include <policy/validate.hpp>
#include <wire/operations.hpp>

// The part of management that is about the node itself.
namespace kdb {

namespace {

constexpr std::string_view start_scavenge_method = "/event_store.client.operations.Operations/StartScavenge";
constexpr std::string_view stop_scavenge_method = "/event_store.client.operations.Operations/StopScavenge";
constexpr std::string_view merge_indexes_method = "/event_store.client.operations.Operations/MergeIndexes";
constexpr std::string_view resign_method = "/event_store.client.operations.Operations/ResignNode";
constexpr std::string_view set_priority_method = "/event_store.client.operations.Operations/SetNodePriority";
constexpr std::string_view shutdown_method = "/event_store.client.operations.Operations/Shutdown";

constexpr management_state::silence silence_about_scavenges{
  "servers may not answer about scavenges: one that keeps its events in memory has none, and one that stops may say nothing"};

management_state::call_plan telling(std::string_view method, const call_options& call) {
  return {.method = method, .kind = wire::request_kind::write, .options = call};
}

management_state::call_plan scavenging(std::string_view method, const call_options& call) {
  auto plan = telling(method, call);
  plan.may_meet = silence_about_scavenges;
  return plan;
}

/// There is nothing in it.
result<operation_done> decode_done(std::string_view) {
  return operation_done{};
}

} // namespace

caf::result<scavenge_result> management_state::on_start_scavenge(const start_scavenge& what) {
  if (auto fine = policy::check_start_scavenge(what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<scavenge_result>(scavenging(start_scavenge_method, what.options.call), {wire::encode_start_scavenge(what.options)},
                              wire::decode_scavenge);
}

caf::result<scavenge_result> management_state::on_stop_scavenge(const stop_scavenge& what) {
  if (auto fine = policy::check_stop_scavenge(what.id, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<scavenge_result>(scavenging(stop_scavenge_method, what.call), {wire::encode_stop_scavenge(what.id)},
                              wire::decode_scavenge);
}

caf::result<operation_done> management_state::on_merge_indexes(const merge_indexes& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<operation_done>(telling(merge_indexes_method, what.call), {std::string{}}, decode_done);
}

caf::result<operation_done> management_state::on_resign_node(const resign_node& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<operation_done>(telling(resign_method, what.call), {std::string{}}, decode_done);
}

caf::result<operation_done> management_state::on_set_node_priority(const set_node_priority& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<operation_done>(telling(set_priority_method, what.call), {wire::encode_node_priority(what.priority)}, decode_done);
}

caf::result<operation_done> management_state::on_shut_down_node(const shut_down_node& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<operation_done>(telling(shutdown_method, what.call), {std::string{}}, decode_done);
}

} // namespace kdb
