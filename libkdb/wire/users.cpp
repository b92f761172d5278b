// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/users.hpp"

#include <utility>

#include "kdb/event_store/client/users.pb.h"
#include "libkdb/policy/users.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/parse_message.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::users;

namespace {

/// What both requests have; they are types of their own.
template <class Request, class Profile>
Request with_profile(std::string_view login_name, const Profile& given) {
  Request message;
  auto& options = *message.mutable_options();
  options.set_login_name(std::string{login_name});
  options.set_full_name(given.full_name);
  for (const auto& each : given.groups)
    options.add_groups(each);
  return message;
}

/// Requests that name a user and nothing else.
template <class Request>
std::string about(std::string_view login_name) {
  Request message;
  message.mutable_options()->set_login_name(std::string{login_name});
  return message.SerializeAsString();
}

} // namespace

std::string encode_create_user(std::string_view login_name, std::string_view password, const create_user_options& options) {
  auto message = with_profile<v1::CreateReq>(login_name, options);
  message.mutable_options()->set_password(std::string{password});
  return message.SerializeAsString();
}

std::string encode_update_user(std::string_view login_name, const update_user_options& options) {
  return with_profile<v1::UpdateReq>(login_name, options).SerializeAsString(); // The server ignores the field of the password.
}

std::string encode_delete_user(std::string_view login_name) {
  return about<v1::DeleteReq>(login_name);
}

std::string encode_enable_user(std::string_view login_name) {
  return about<v1::EnableReq>(login_name);
}

std::string encode_disable_user(std::string_view login_name) {
  return about<v1::DisableReq>(login_name);
}

std::string encode_user_details(std::string_view login_name) {
  return about<v1::DetailsReq>(login_name);
}

std::string encode_all_user_details() {
  return v1::DetailsReq{}.SerializeAsString();
}

std::string encode_change_password(std::string_view login_name, std::string_view current, std::string_view next) {
  v1::ChangePasswordReq message;
  auto& options = *message.mutable_options();
  options.set_login_name(std::string{login_name});
  options.set_current_password(std::string{current});
  options.set_new_password(std::string{next});
  return message.SerializeAsString();
}

std::string encode_reset_password(std::string_view login_name, std::string_view next) {
  v1::ResetPasswordReq message;
  auto& options = *message.mutable_options();
  options.set_login_name(std::string{login_name});
  options.set_new_password(std::string{next});
  return message.SerializeAsString();
}

result<user_details> decode_user(std::string_view message) {
  v1::DetailsResp answer;
  if (!parse_message(answer, message) || !answer.has_user_details())
    return unexpected(errc::protocol_error, "the server's answer about a user can't be understood");
  const auto& from = answer.user_details();
  user_details user{.login_name = from.login_name(),
                    .full_name = from.full_name(),
                    .groups = {from.groups().begin(), from.groups().end()},
                    .last_updated = {},
                    .disabled = from.disabled()};
  if (from.has_last_updated()) {
    using ticks = decltype(user.last_updated)::value_type;
    user.last_updated = ticks{ticks::duration{from.last_updated().ticks_since_epoch()}};
  }
  return user;
}

result<std::vector<user_details>> decode_users(const std::vector<std::string>& messages) {
  std::vector<user_details> all;
  all.reserve(messages.size());
  for (const auto& each : messages) {
    auto user = decode_user(each);
    if (!user)
      return unexpected{std::move(user.error())};
    all.push_back(std::move(*user));
  }
  return all;
}

// -- the operations ---------------------------------------------------------------------

namespace {

constexpr silence no_users{.reason = "servers without authentication have no users, and may not answer"};

} // namespace

template <>
operation<create_user> describe() {
  return {.method = "/event_store.client.users.Users/Create",
          .silence = &no_users,
          .check = [](const create_user& r) { return policy::check_create_user(r.login_name, r.password, r.options); },
          .encode = [](const create_user& r) { return message_list{encode_create_user(r.login_name, r.password, r.options)}; }};
}

template <>
operation<update_user> describe() {
  return {.method = "/event_store.client.users.Users/Update",
          .silence = &no_users,
          .check = [](const update_user& r) { return policy::check_update_user(r.login_name, r.options); },
          .encode = [](const update_user& r) { return message_list{encode_update_user(r.login_name, r.options)}; }};
}

template <>
operation<delete_user> describe() {
  return {.method = "/event_store.client.users.Users/Delete",
          .silence = &no_users,
          .check = [](const delete_user& r) { return policy::check_login(r.login_name, r.call); },
          .encode = [](const delete_user& r) { return message_list{encode_delete_user(r.login_name)}; }};
}

template <>
operation<enable_user> describe() {
  return {.method = "/event_store.client.users.Users/Enable",
          .silence = &no_users,
          .check = [](const enable_user& r) { return policy::check_login(r.login_name, r.call); },
          .encode = [](const enable_user& r) { return message_list{encode_enable_user(r.login_name)}; }};
}

template <>
operation<disable_user> describe() {
  return {.method = "/event_store.client.users.Users/Disable",
          .silence = &no_users,
          .check = [](const disable_user& r) { return policy::check_login(r.login_name, r.call); },
          .encode = [](const disable_user& r) { return message_list{encode_disable_user(r.login_name)}; }};
}

template <>
operation<change_password> describe() {
  return {.method = "/event_store.client.users.Users/ChangePassword",
          .silence = &no_users,
          .check =
            [](const change_password& r) {
              return policy::check_change_password(r.login_name, r.current_password, r.new_password, r.call);
            },
          .encode =
            [](const change_password& r) {
              return message_list{encode_change_password(r.login_name, r.current_password, r.new_password)};
            }};
}

template <>
operation<reset_password> describe() {
  return {.method = "/event_store.client.users.Users/ResetPassword",
          .silence = &no_users,
          .check = [](const reset_password& r) { return policy::check_reset_password(r.login_name, r.new_password, r.call); },
          .encode = [](const reset_password& r) { return message_list{encode_reset_password(r.login_name, r.new_password)}; }};
}

template <>
operation<get_user> describe() {
  return {.method = "/event_store.client.users.Users/Details",
          .effect = effect::read,
          .many_answers = true,
          .silence = &no_users,
          .check = [](const get_user& r) { return policy::check_login(r.login_name, r.call); },
          .encode = [](const get_user& r) { return message_list{encode_user_details(r.login_name)}; },
          .decode = in_one_message<user_details, decode_user>};
}

template <>
operation<get_current_user> describe() {
  return {.method = "/event_store.client.users.Users/Details",
          .effect = effect::read,
          .many_answers = true,
          .silence = &no_users,
          .encode_as =
            [](const get_current_user&, const std::optional<credentials>& caller) {
              return policy::login_of(caller).transform(
                [](const std::string& login) { return message_list{encode_user_details(login)}; });
            },
          .decode = in_one_message<user_details, decode_user>};
}

template <>
operation<list_users> describe() {
  return {.method = "/event_store.client.users.Users/Details",
          .effect = effect::read,
          .many_answers = true,
          .silence = &no_users,
          .encode = [](const list_users&) { return message_list{encode_all_user_details()}; },
          .decode = decode_users};
}

} // namespace kdb::inline v0::wire
