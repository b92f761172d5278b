// SPDX-License-Identifier: Apache-2.0

// Users: what is kept of them, and the service over gRPC.

#include "tests/devnode/node_fixture.hpp"

#include "devnode/security/base64.hpp"
#include "devnode/security/users.hpp"

#include "event_store/client/users.grpc.pb.h"

using namespace kdb::development;
using namespace kdb::development::testing;
namespace wire = event_store::client::users;

BOOST_AUTO_TEST_SUITE(passwords)

BOOST_AUTO_TEST_CASE(base64_goes_there_and_back) {
  struct row {
    std::string bytes, text;
  };
  const row rows[] = {{"", ""},        {"f", "Zg=="},          {"fo", "Zm8="},
                      {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {std::string(3, '\xff'), "////"}};
  for (auto& [bytes, text] : rows) {
    BOOST_TEST(to_base64(bytes) == text);
    BOOST_TEST((from_base64(text) == bytes), text);
  }
  for (auto bad : {"Zg=", "Zg", "Z===", "Zm9v!mFy", "Zm 9"})
    BOOST_TEST(!from_base64(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_hash_fits_its_password_alone) {
  auto hash = hash_password("changeit");
  BOOST_TEST(matches("changeit", hash));
  BOOST_TEST(!matches("Changeit", hash));
  BOOST_TEST(!matches("", hash));
  BOOST_TEST(!(hash == hash_password("changeit"))); // salted
  BOOST_TEST(from_base64(hash.hash)->size() == 20u);
  BOOST_TEST(from_base64(hash.salt)->size() == 16u);
}

BOOST_AUTO_TEST_CASE(a_hash_is_the_one_that_others_make) {
  // RFC 6070 has no 1000 rounds; this was computed with another implementation.
  BOOST_TEST(matches("password", {"boi+i61+rp2eEKoGEiQDT+1I0D8=", to_base64("salt")}));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

std::vector<std::string> names_in(const store& events) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < events.events().size(); ++i)
    names.push_back(events.events()[i].owner->name);
  return names;
}

struct users_fixture {
  store events;
  users all{events};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(users_of_a_store, users_fixture)

BOOST_AUTO_TEST_CASE(the_first_users_are_written_as_on_a_fresh_server) {
  BOOST_TEST(!all.exist());
  all.add_defaults();
  BOOST_TEST(all.exist());
  std::vector<std::string> expected{"$$$scavenges", "$$$user-admin", "$$$user-ops", "$user-admin",
                                    "$user-ops",    "$users",        "$users"};
  BOOST_TEST(names_in(events) == expected, boost::test_tools::per_element());
  auto admin = all.find("admin");
  BOOST_REQUIRE(admin);
  BOOST_TEST(admin->user.full_name == "KurrentDB Administrator");
  BOOST_TEST(matches("changeit", admin->user.password));
  BOOST_TEST(all.find("ops")->user.groups == std::vector<std::string>{"$ops"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_document_of_a_user_is_read_as_it_was_written) {
  user_record user{"l\"ogin", "Full Ä", {"a", "b"}, {"h", "s"}, true};
  BOOST_TEST((read_user(write_user(user)) == user));
  user.groups.clear();
  user.disabled = false;
  BOOST_TEST((read_user(write_user(user)) == user));
  BOOST_TEST(write_user(user).find("disabled") == std::string::npos);
  for (auto bad : {"", "[]", R"({"loginName":1})", R"({"groups":"a"})", R"({"groups":[1]})"})
    BOOST_TEST(!read_user(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_user_who_was_deleted_can_be_made_again) {
  user_record user{"a", "A", {"g"}, {}};
  BOOST_TEST((all.create(user, "1") == user_change::done));
  BOOST_TEST((all.create(user, "1") == user_change::done));
  BOOST_TEST((all.create(user, "2") == user_change::conflict));
  BOOST_TEST((all.remove("a") == user_change::done));
  BOOST_TEST((all.remove("a") == user_change::not_found));
  BOOST_TEST(!all.find("a"));
  BOOST_TEST(all.all().empty());
  BOOST_TEST((all.create(user, "2") == user_change::done));
  BOOST_TEST(matches("2", all.find("a")->user.password));
  BOOST_TEST(all.all().size() == 1u);
}

BOOST_AUTO_TEST_CASE(changes_leave_alone_what_they_are_not_about) {
  all.create({"a", "A", {"g"}, {}}, "1");
  BOOST_TEST((all.update({"a", "New", {"h", "i"}, {}}) == user_change::done));
  BOOST_TEST((all.set_disabled("a", true) == user_change::done));
  BOOST_TEST((all.change_password("a", "wrong", "2") == user_change::wrong_password));
  BOOST_TEST((all.change_password("a", "1", "2") == user_change::done));
  auto found = all.find("a")->user;
  BOOST_TEST(found.full_name == "New");
  BOOST_TEST(found.groups.size() == 2u);
  BOOST_TEST(found.disabled);
  BOOST_TEST(matches("2", found.password));
  BOOST_TEST((all.set_disabled("a", false) == user_change::done));
  BOOST_TEST((all.reset_password("a", "") == user_change::done));
  BOOST_TEST(matches("", all.find("a")->user.password));
  BOOST_TEST(!all.find("a")->user.disabled);
  for (auto change : {all.update({"b", "", {}, {}}), all.set_disabled("b", true), all.change_password("b", "", ""),
                      all.reset_password("b", "")})
    BOOST_TEST((change == user_change::not_found));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct users_client : node_fixture {
  std::unique_ptr<wire::Users::Stub> users = wire::Users::NewStub(channel);

  // Calls a method that is asked about a user by login.
  template <class Request, class Reply, class Method>
  grpc::Status ask(Method method, const Request& request, Reply reply) {
    grpc::ClientContext context;
    limit(context);
    return (users.get()->*method)(&context, request, &reply);
  }

  grpc::Status create(const std::string& login, const std::string& password = "x") {
    wire::CreateReq request;
    request.mutable_options()->set_login_name(login);
    request.mutable_options()->set_password(password);
    return ask(&wire::Users::Stub::Create, request, wire::CreateResp{});
  }

  std::vector<std::string> logins(const std::string& login = {}) {
    grpc::ClientContext context;
    limit(context);
    wire::DetailsReq request;
    request.mutable_options()->set_login_name(login);
    auto call = users->Details(&context, request);
    std::vector<std::string> found;
    wire::DetailsResp reply;
    while (call->Read(&reply))
      found.push_back(reply.user_details().login_name());
    auto end = call->Finish();
    if (!end.ok())
      found.push_back(end.error_message());
    return found;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(users_service, users_client)

BOOST_AUTO_TEST_CASE(without_authentication_users_are_there_when_asked_for) {
  BOOST_TEST(read_revisions("$users").empty());
  std::vector<std::string> first{"admin", "ops"};
  BOOST_TEST(logins() == first, boost::test_tools::per_element());
  BOOST_TEST(create("b").ok());
  std::vector<std::string> then{"admin", "b", "ops"};
  BOOST_TEST(logins() == then, boost::test_tools::per_element());
  BOOST_TEST(logins("b") == std::vector<std::string>{"b"}, boost::test_tools::per_element());
  BOOST_TEST(logins("c") == std::vector<std::string>{"User 'c' is not found."}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_a_conflict) {
  BOOST_TEST(create("b", "1").ok());
  BOOST_TEST(create("b", "1").ok());
  auto refused = create("b", "2");
  BOOST_TEST(refused.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  BOOST_TEST(refused.error_message() == "Conflict.");
}

BOOST_AUTO_TEST_CASE(a_request_without_options_changes_nothing) {
  BOOST_TEST(ask(&wire::Users::Stub::Delete, wire::DeleteReq{}, wire::DeleteResp{}).error_code() == grpc::StatusCode::UNKNOWN);
}

BOOST_AUTO_TEST_SUITE_END()
