#include <kdb/client.hpp>

#include <utility>

#include <runtime.hpp>

namespace kdb {

namespace {

template <class Request>
result<void> change(detail::runtime& running, Request what) {
  return running.ask<user_changed>(std::move(what)).transform([](user_changed) {});
}

} // namespace

result<void> client::create_user(std::string login_name, std::string password, create_user_options options) {
  return change(*runtime_, kdb::create_user{std::move(login_name), std::move(password), std::move(options)});
}

result<void> client::update_user(std::string login_name, update_user_options options) {
  return change(*runtime_, kdb::update_user{std::move(login_name), std::move(options)});
}

result<void> client::delete_user(std::string login_name, call_options call) {
  return change(*runtime_, kdb::delete_user{std::move(login_name), std::move(call)});
}

result<void> client::enable_user(std::string login_name, call_options call) {
  return change(*runtime_, kdb::enable_user{std::move(login_name), std::move(call)});
}

result<void> client::disable_user(std::string login_name, call_options call) {
  return change(*runtime_, kdb::disable_user{std::move(login_name), std::move(call)});
}

result<user_details> client::get_user(std::string login_name, call_options call) {
  return runtime_->ask<user_details>(kdb::get_user{std::move(login_name), std::move(call)});
}

result<user_details> client::get_current_user(call_options call) {
  return runtime_->ask<user_details>(kdb::get_current_user{std::move(call)});
}

result<std::vector<user_details>> client::list_users(call_options call) {
  return runtime_->ask<user_list>(kdb::list_users{std::move(call)}).transform([](user_list all) { return std::move(all.users); });
}

result<void> client::change_password(std::string login_name, std::string current_password, std::string new_password,
                                     call_options call) {
  return change(*runtime_, kdb::change_password{std::move(login_name), std::move(current_password), std::move(new_password),
                                                std::move(call)});
}

result<void> client::reset_password(std::string login_name, std::string new_password, call_options call) {
  return change(*runtime_, kdb::reset_password{std::move(login_name), std::move(new_password), std::move(call)});
}

} // namespace kdb
