#include <kdb/client.hpp>

#include <utility>

#include <runtime.hpp>

namespace kdb {

namespace {

template <class Request>
result<void> change(detail::runtime& running, Request what) {
  return running.ask<group_changed>(std::move(what)).transform([](group_changed) {});
}

} // namespace

result<void> client::create_group(std::string stream, std::string group, create_group_options options) {
  return change(*runtime_, kdb::create_group{std::move(stream), std::move(group), std::move(options)});
}

result<void> client::create_group_on_all(std::string group, create_group_on_all_options options) {
  return change(*runtime_, kdb::create_group_on_all{std::move(group), std::move(options)});
}

result<void> client::update_group(std::string stream, std::string group, update_group_options options) {
  return change(*runtime_, kdb::update_group{std::move(stream), std::move(group), std::move(options)});
}

result<void> client::update_group_on_all(std::string group, update_group_on_all_options options) {
  return change(*runtime_, kdb::update_group_on_all{std::move(group), std::move(options)});
}

result<void> client::change_group(group_name name, group_changes changes, call_options call) {
  return change(*runtime_, kdb::change_group{std::move(name), std::move(changes), std::move(call)});
}

result<void> client::delete_group(group_name name, call_options call) {
  return change(*runtime_, kdb::delete_group{std::move(name), std::move(call)});
}

result<group_info> client::get_group_info(group_name name, call_options call) {
  return runtime_->ask<group_info>(kdb::get_group_info{std::move(name), std::move(call)});
}

result<std::vector<group_info>> client::list_groups(std::optional<std::string> stream, call_options call) {
  return runtime_->ask<group_list>(kdb::list_groups{std::move(stream), std::move(call)}).transform([](group_list all) {
    return std::move(all.groups);
  });
}

result<void> client::replay_parked(group_name name, parked_options options) {
  return change(*runtime_, kdb::replay_parked{std::move(name), std::move(options)});
}

result<void> client::truncate_parked(group_name name, parked_options options) {
  return change(*runtime_, kdb::truncate_parked{std::move(name), std::move(options)});
}

result<void> client::restart_persistent_subscriptions(call_options call) {
  return change(*runtime_, kdb::restart_persistent_subscriptions{std::move(call)});
}

} // namespace kdb
