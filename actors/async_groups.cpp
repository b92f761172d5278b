#include <async_impl.hpp>

#include <utility>

namespace kdb::detail {

void async_core::create_group(std::string stream, std::string group, create_group_options options,
                              completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::create_group{std::move(stream), std::move(group), std::move(options)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::create_group_on_all(std::string group, create_group_on_all_options options, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::create_group_on_all{std::move(group), std::move(options)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::update_group(std::string stream, std::string group, update_group_options options,
                              completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::update_group{std::move(stream), std::move(group), std::move(options)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::update_group_on_all(std::string group, update_group_on_all_options options, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::update_group_on_all{std::move(group), std::move(options)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::change_group(group_name name, group_changes changes, call_options call, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::change_group{std::move(name), std::move(changes), std::move(call)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::delete_group(group_name name, call_options call, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::delete_group{std::move(name), std::move(call)}, without_value<group_changed>(std::move(done)));
}

void async_core::replay_parked(group_name name, parked_options options, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::replay_parked{std::move(name), std::move(options)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::truncate_parked(group_name name, parked_options options, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::truncate_parked{std::move(name), std::move(options)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::restart_persistent_subscriptions(call_options call, completion_ptr<void> done) const {
  impl_->ask<group_changed>(kdb::restart_persistent_subscriptions{std::move(call)},
                            without_value<group_changed>(std::move(done)));
}

void async_core::get_group_info(group_name name, call_options call, completion_ptr<group_info> done) const {
  impl_->ask<group_info>(kdb::get_group_info{std::move(name), std::move(call)}, std::move(done));
}

void async_core::list_groups(std::optional<std::string> stream, call_options call,
                             completion_ptr<std::vector<group_info>> done) const {
  impl_->ask<group_list>(kdb::list_groups{std::move(stream), std::move(call)},
                         mapped(
                           std::move(done), +[](group_list all) { return std::move(all.groups); }));
}

} // namespace kdb::detail
