#include <async_impl.hpp>

#include <utility>

namespace kdb::detail {

void async_core::create_user(std::string login_name, std::string password, create_user_options options,
                             completion_ptr<void> done) const {
  impl_->ask<user_changed>(kdb::create_user{std::move(login_name), std::move(password), std::move(options)},
                           without_value<user_changed>(std::move(done)));
}

void async_core::update_user(std::string login_name, update_user_options options, completion_ptr<void> done) const {
  impl_->ask<user_changed>(kdb::update_user{std::move(login_name), std::move(options)},
                           without_value<user_changed>(std::move(done)));
}

void async_core::delete_user(std::string login_name, call_options call, completion_ptr<void> done) const {
  impl_->ask<user_changed>(kdb::delete_user{std::move(login_name), std::move(call)},
                           without_value<user_changed>(std::move(done)));
}

void async_core::enable_user(std::string login_name, call_options call, completion_ptr<void> done) const {
  impl_->ask<user_changed>(kdb::enable_user{std::move(login_name), std::move(call)},
                           without_value<user_changed>(std::move(done)));
}

void async_core::disable_user(std::string login_name, call_options call, completion_ptr<void> done) const {
  impl_->ask<user_changed>(kdb::disable_user{std::move(login_name), std::move(call)},
                           without_value<user_changed>(std::move(done)));
}

void async_core::get_user(std::string login_name, call_options call, completion_ptr<user_details> done) const {
  impl_->ask<user_details>(kdb::get_user{std::move(login_name), std::move(call)}, std::move(done));
}

void async_core::get_current_user(call_options call, completion_ptr<user_details> done) const {
  impl_->ask<user_details>(kdb::get_current_user{std::move(call)}, std::move(done));
}

void async_core::list_users(call_options call, completion_ptr<std::vector<user_details>> done) const {
  impl_->ask<user_list>(kdb::list_users{std::move(call)},
                        mapped(
                          std::move(done), +[](user_list all) { return std::move(all.users); }));
}

void async_core::change_password(std::string login_name, std::string current_password, std::string new_password,
                                 call_options call, completion_ptr<void> done) const {
  impl_->ask<user_changed>(
    kdb::change_password{std::move(login_name), std::move(current_password), std::move(new_password), std::move(call)},
    without_value<user_changed>(std::move(done)));
}

void async_core::reset_password(std::string login_name, std::string new_password, call_options call,
                                completion_ptr<void> done) const {
  impl_->ask<user_changed>(kdb::reset_password{std::move(login_name), std::move(new_password), std::move(call)},
                           without_value<user_changed>(std::move(done)));
}

} // namespace kdb::detail
