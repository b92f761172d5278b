#include <kdb/client.hpp>

#include <utility>

#include <runtime.hpp>

namespace kdb {

namespace {

template <class Request>
result<void> carry_out(detail::runtime& running, Request what) {
  return running.ask<operation_done>(std::move(what)).transform([](operation_done) {});
}

} // namespace

result<scavenge_result> client::start_scavenge(scavenge_options options) {
  return runtime_->ask<scavenge_result>(kdb::start_scavenge{std::move(options)});
}

result<scavenge_result> client::stop_scavenge(std::string id, call_options call) {
  return runtime_->ask<scavenge_result>(kdb::stop_scavenge{std::move(id), std::move(call)});
}

result<void> client::merge_indexes(call_options call) {
  return carry_out(*runtime_, kdb::merge_indexes{std::move(call)});
}

result<void> client::resign_node(call_options call) {
  return carry_out(*runtime_, kdb::resign_node{std::move(call)});
}

result<void> client::set_node_priority(std::int32_t priority, call_options call) {
  return carry_out(*runtime_, kdb::set_node_priority{priority, std::move(call)});
}

result<void> client::shut_down_node(call_options call) {
  return carry_out(*runtime_, kdb::shut_down_node{std::move(call)});
}

} // namespace kdb
