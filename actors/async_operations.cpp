#include <async_impl.hpp>

#include <utility>

namespace kdb::detail {

void async_core::start_scavenge(scavenge_options options, completion_ptr<scavenge_result> done) const {
  impl_->ask<scavenge_result>(kdb::start_scavenge{std::move(options)}, std::move(done));
}

void async_core::stop_scavenge(std::string id, call_options call, completion_ptr<scavenge_result> done) const {
  impl_->ask<scavenge_result>(kdb::stop_scavenge{std::move(id), std::move(call)}, std::move(done));
}

void async_core::merge_indexes(call_options call, completion_ptr<void> done) const {
  impl_->ask<operation_done>(kdb::merge_indexes{std::move(call)}, without_value<operation_done>(std::move(done)));
}

void async_core::resign_node(call_options call, completion_ptr<void> done) const {
  impl_->ask<operation_done>(kdb::resign_node{std::move(call)}, without_value<operation_done>(std::move(done)));
}

void async_core::set_node_priority(std::int32_t priority, call_options call, completion_ptr<void> done) const {
  impl_->ask<operation_done>(kdb::set_node_priority{priority, std::move(call)}, without_value<operation_done>(std::move(done)));
}

void async_core::shut_down_node(call_options call, completion_ptr<void> done) const {
  impl_->ask<operation_done>(kdb::shut_down_node{std::move(call)}, without_value<operation_done>(std::move(done)));
}

} // namespace kdb::detail
