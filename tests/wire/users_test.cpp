// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "event_store/client/users.pb.h"
#include "libkdb/wire/users.hpp"

using namespace kdb;
namespace v1 = event_store::client::users;

namespace {

template <class Message>
auto options_of(std::string_view bytes) {
  Message message;
  BOOST_REQUIRE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  BOOST_REQUIRE(message.has_options());
  return message.options();
}

/// As a server of 26.2 writes it.
v1::DetailsResp recorded() {
  v1::DetailsResp message;
  auto& user = *message.mutable_user_details();
  user.set_login_name("g-user");
  user.set_full_name("G User");
  user.add_groups("g1");
  user.mutable_last_updated()->set_ticks_since_epoch(17955394565628994);
  return message;
}

} // namespace

BOOST_AUTO_TEST_SUITE(users)

BOOST_AUTO_TEST_CASE(a_new_user_is_sent_with_everything) {
  const auto sent =
    options_of<v1::CreateReq>(wire::encode_create_user("jane", "p:w", {.full_name = "Jane Doe", .groups = {"a", "$ops"}}));
  BOOST_TEST(sent.login_name() == "jane");
  BOOST_TEST(sent.password() == "p:w");
  BOOST_TEST(sent.full_name() == "Jane Doe");
  BOOST_REQUIRE(sent.groups_size() == 2);
  BOOST_TEST(sent.groups(0) == "a");
  BOOST_TEST(sent.groups(1) == "$ops");
}

BOOST_AUTO_TEST_CASE(an_update_says_nothing_of_passwords) {
  const auto sent = options_of<v1::UpdateReq>(wire::encode_update_user("jane", {.full_name = "J", .groups = {"a"}}));
  BOOST_TEST(sent.login_name() == "jane");
  BOOST_TEST(sent.password().empty());
  BOOST_TEST(sent.full_name() == "J");
  BOOST_TEST(sent.groups_size() == 1);
}

BOOST_AUTO_TEST_CASE(the_others_name_the_user) {
  BOOST_TEST(options_of<v1::DeleteReq>(wire::encode_delete_user("a")).login_name() == "a");
  BOOST_TEST(options_of<v1::EnableReq>(wire::encode_enable_user("b")).login_name() == "b");
  BOOST_TEST(options_of<v1::DisableReq>(wire::encode_disable_user("c")).login_name() == "c");
  BOOST_TEST(options_of<v1::DetailsReq>(wire::encode_user_details("d")).login_name() == "d");
  BOOST_TEST(wire::encode_all_user_details().empty());
}

BOOST_AUTO_TEST_CASE(passwords_are_changed_by_the_present_one_and_reset_without) {
  const auto changed = options_of<v1::ChangePasswordReq>(wire::encode_change_password("jane", "old", "new"));
  BOOST_TEST(changed.login_name() == "jane");
  BOOST_TEST(changed.current_password() == "old");
  BOOST_TEST(changed.new_password() == "new");
  const auto reset = options_of<v1::ResetPasswordReq>(wire::encode_reset_password("jane", "new"));
  BOOST_TEST(reset.login_name() == "jane");
  BOOST_TEST(reset.new_password() == "new");
}

BOOST_AUTO_TEST_CASE(a_users_details_are_read) {
  const auto user = wire::decode_user(recorded().SerializeAsString()).value();
  BOOST_TEST(user.login_name == "g-user");
  BOOST_TEST(user.full_name == "G User");
  BOOST_TEST((user.groups == std::vector<std::string>{"g1"}));
  BOOST_REQUIRE(user.last_updated.has_value());
  BOOST_TEST(user.last_updated->time_since_epoch().count() == 17955394565628994);
  BOOST_TEST(!user.disabled);
}

BOOST_AUTO_TEST_CASE(a_disabled_user_without_a_time_is_read) {
  auto message = recorded();
  message.mutable_user_details()->set_disabled(true);
  message.mutable_user_details()->clear_last_updated();
  const auto user = wire::decode_user(message.SerializeAsString()).value();
  BOOST_TEST(user.disabled);
  BOOST_TEST(!user.last_updated.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_user_is_a_protocol_error) {
  BOOST_TEST((wire::decode_user("\xff").error().code == errc::protocol_error));
  BOOST_TEST((wire::decode_user("").error().code == errc::protocol_error));
  auto message = recorded();
  message.mutable_user_details()->set_login_name("x");
  auto bytes = message.SerializeAsString();
  bytes.replace(bytes.find('x'), 1, "\xff"); // No UTF-8.
  BOOST_TEST((wire::decode_user(bytes).error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_CASE(lists_keep_their_order_and_break_as_a_whole) {
  auto second = recorded();
  second.mutable_user_details()->set_login_name("h-user");
  const auto all = wire::decode_users({recorded().SerializeAsString(), second.SerializeAsString()}).value();
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[1].login_name == "h-user");
  BOOST_TEST(wire::decode_users({}).value().empty());
  BOOST_TEST((wire::decode_users({recorded().SerializeAsString(), "\xff"}).error().code == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
