#include <management.hpp>

#include <utility>

#include <policy/users.hpp>
#include <policy/validate.hpp>
#include <wire/users.hpp>

// The part of management that is about users.
namespace kdb {

namespace {

constexpr std::string_view create_method = "/event_store.client.users.Users/Create";
constexpr std::string_view update_method = "/event_store.client.users.Users/Update";
constexpr std::string_view delete_method = "/event_store.client.users.Users/Delete";
constexpr std::string_view enable_method = "/event_store.client.users.Users/Enable";
constexpr std::string_view disable_method = "/event_store.client.users.Users/Disable";
constexpr std::string_view details_method = "/event_store.client.users.Users/Details";
constexpr std::string_view change_password_method = "/event_store.client.users.Users/ChangePassword";
constexpr std::string_view reset_password_method = "/event_store.client.users.Users/ResetPassword";

constexpr management_state::silence no_users{"servers without authentication have no users, and may not answer"};

management_state::call_plan asking(const call_options& call) {
  return {
    .method = details_method, .kind = wire::request_kind::read, .options = call, .many_answers = true, .may_meet = no_users};
}

management_state::call_plan changing(std::string_view method, const call_options& call) {
  return {.method = method, .kind = wire::request_kind::write, .options = call, .may_meet = no_users};
}

/// There is nothing in it.
result<user_changed> decode_done(std::string_view) {
  return user_changed{};
}

result<user_list> decode_all(const std::vector<std::string>& messages) {
  return wire::decode_users(messages).transform([](std::vector<user_details> all) { return user_list{std::move(all)}; });
}

} // namespace

caf::result<user_changed> management_state::on_create_user(const create_user& what) {
  if (auto fine = policy::check_create_user(what.login_name, what.password, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(create_method, what.options.call),
                           {wire::encode_create_user(what.login_name, what.password, what.options)}, decode_done);
}

caf::result<user_changed> management_state::on_update_user(const update_user& what) {
  if (auto fine = policy::check_update_user(what.login_name, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(update_method, what.options.call), {wire::encode_update_user(what.login_name, what.options)},
                           decode_done);
}

caf::result<user_changed> management_state::on_delete_user(const delete_user& what) {
  if (auto fine = policy::check_login(what.login_name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(delete_method, what.call), {wire::encode_delete_user(what.login_name)}, decode_done);
}

caf::result<user_changed> management_state::on_enable_user(const enable_user& what) {
  if (auto fine = policy::check_login(what.login_name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(enable_method, what.call), {wire::encode_enable_user(what.login_name)}, decode_done);
}

caf::result<user_changed> management_state::on_disable_user(const disable_user& what) {
  if (auto fine = policy::check_login(what.login_name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(disable_method, what.call), {wire::encode_disable_user(what.login_name)}, decode_done);
}

caf::result<user_details> management_state::on_get_user(const get_user& what) {
  if (auto fine = policy::check_login(what.login_name, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_details>(asking(what.call), {wire::encode_user_details(what.login_name)}, wire::decode_user);
}

caf::result<user_details> management_state::on_get_current_user(const get_current_user& what) {
  const auto ask_about = [](const std::optional<credentials>& caller) {
    return policy::login_of(caller).transform([](const std::string& login) { return std::vector{wire::encode_user_details(login)}; });
  };
  auto fine = policy::check_call(what.call);
  // Those of a provider come with the first node.
  if (fine && (what.call.credentials || !context->credentials->provided()))
    fine = policy::login_of(context->credentials->for_call(what.call)).transform([](const auto&) {});
  if (!fine)
    return to_caf(std::move(fine.error()));
  auto plan = asking(what.call);
  plan.compose = ask_about;
  return run<user_details>(std::move(plan), {}, wire::decode_user);
}

caf::result<user_list> management_state::on_list_users(const list_users& what) {
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  return collect<user_list>(asking(what.call), {wire::encode_all_user_details()}, decode_all);
}

caf::result<user_changed> management_state::on_change_password(const change_password& what) {
  if (auto fine = policy::check_change_password(what.login_name, what.current_password, what.new_password, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(change_password_method, what.call),
                           {wire::encode_change_password(what.login_name, what.current_password, what.new_password)},
                           decode_done);
}

caf::result<user_changed> management_state::on_reset_password(const reset_password& what) {
  if (auto fine = policy::check_reset_password(what.login_name, what.new_password, what.call); !fine)
    return to_caf(std::move(fine.error()));
  return run<user_changed>(changing(reset_password_method, what.call),
                           {wire::encode_reset_password(what.login_name, what.new_password)}, decode_done);
}

} // namespace kdb
