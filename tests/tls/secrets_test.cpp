// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <caf/deep_to_string.hpp>
#include <caf/message.hpp>

#include <array>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "actors/connection/credentials_keeper.hpp"
#include "actors/runtime/protocol.hpp"
#include "tests/tls/secure_node.hpp"
#include <kdb/actors.hpp>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

const std::string user_secret = "pa55word-of-the-client";
const std::string call_secret = "pa55word-of-the-call";
const std::string token = "t0ken-of-the-provider";

/// The secrets, and what the header of the first two looks like.
std::vector<std::string> secrets() {
  const auto part = [](const credentials& who) { return who.header().substr(sizeof "Basic " + 3, 20); };
  return {"pa55word", token, "BEGIN PRIVATE KEY", part(credentials::basic("admin", user_secret)),
          part(credentials::basic("ada", call_secret))};
}

/// Everything that is written to this process's standard output and error meanwhile.
class caught_output {
public:
  caught_output() {
    std::cout.flush();
    std::cerr.flush();
    for (std::size_t i = 0; i < saved_.size(); ++i)
      saved_[i] = ::dup(static_cast<int>(i) + 1);
    const auto file = ::open(folder_.path("output").c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(file, 1);
    ::dup2(file, 2);
    file_ = file;
  }
  /// Puts things back.
  ~caught_output() { text(); }
  caught_output(const caught_output&) = delete;
  caught_output& operator=(const caught_output&) = delete;

  std::string text() {
    if (file_ < 0)
      return text_;
    for (std::size_t i = 0; i < saved_.size(); ++i) {
      ::dup2(saved_[i], static_cast<int>(i) + 1);
      ::close(saved_[i]);
    }
    std::array<char, 4096> bytes;
    ::lseek(file_, 0, SEEK_SET);
    for (auto got = ::read(file_, bytes.data(), bytes.size()); got > 0; got = ::read(file_, bytes.data(), bytes.size()))
      text_.append(bytes.data(), static_cast<std::size_t>(got));
    ::close(file_);
    file_ = -1;
    return text_;
  }

private:
  fixtures::scratch_folder folder_;
  std::array<int, 2> saved_{};
  int file_ = -1;
  std::string text_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(secrets_)

BOOST_AUTO_TEST_CASE(a_verbose_run_in_which_everything_fails_once_tells_no_secret) {
  heard told;
  caught_output output;
  {
    secure_node s;
    const auto hear = [&](const auto& outcome) {
      told.add(outcome ? "fine" : to_string(outcome.error()));
      return outcome.has_value();
    };
    const auto user = fixtures::make_certificate(s.authority);
    auto how = s.client();
    how.credentials = credentials::basic("admin", user_secret);
    how.tls.user_certificate_pem = user.certificate;
    how.tls.user_key_pem = user.key;
    told.attach(how);
    told.add(to_string(how));
    told.add(to_string(*how.credentials));
    auto db = client::connect(how).value();
    BOOST_TEST(hear(db.append_to_stream("s", stream_state::any, {new_event::json("happened", "{}")})));
    const call_options as_ada{.credentials = credentials::basic("ada", call_secret)};
    BOOST_TEST(hear(db.append_to_stream("s", stream_state::any, {new_event::json("happened", "{}")}, {.call = as_ada})));
    BOOST_TEST(!hear(db.append_to_stream("s", stream_state::no_stream, {new_event::json("happened", "{}")}, {.call = as_ada})));
    BOOST_TEST(!hear(db.append_to_stream("", stream_state::any, {}, {.call = as_ada})));
    BOOST_TEST(!hear(db.get_commit_position({.call = {.credentials = credentials::basic(call_secret + "\n", call_secret)}})));
    auto elsewhere = how;
    elsewhere.tls.ca_pem = fixtures::make_authority("x").certificate;
    auto lost = client::connect(elsewhere).value();
    BOOST_TEST(!hear(lost.get_commit_position({.call = as_ada})));
    auto in_clear = how;
    in_clear.tls = {.enabled = false};
    in_clear.endpoints[0].port = s.node.port();
    auto open = client::connect(in_clear).value();
    BOOST_TEST(hear(open.get_commit_position({.call = as_ada})));
    auto provided = how;
    provided.credentials.reset();
    provided.credentials_provider = [](const credentials_handler& done) {
      done(provided_credentials{.credentials = credentials::bearer(token)});
    };
    auto with_token = client::connect(provided).value();
    BOOST_TEST(hear(with_token.get_commit_position()));
    for (const auto* text : {"kurrentdb://admin:pa55word@h:0", "kurrentdb://admin:pa55word@h?x=y", "kurrentdb://admin:pa55word"})
      BOOST_TEST(!hear(settings::from_connection_string(text)));
    s.front.cut();
    static_cast<void>(hear(db.get_commit_position()));
  }
  BOOST_TEST(told.size() > 10u);
  BOOST_TEST(told.contains("connected to"));
  const auto written = output.text();
  for (const auto& secret : secrets()) {
    BOOST_TEST(!told.contains(secret), "told: " + secret);
    BOOST_TEST(written.find(secret) == std::string::npos, "written: " + secret);
  }
}

BOOST_AUTO_TEST_CASE(messages_with_credentials_in_them_show_no_secret_when_they_are_printed) {
  const call_options as_ada{.credentials = credentials::basic("ada", call_secret)};
  settings how;
  how.credentials = credentials::basic("admin", user_secret);
  const own_credentials own{how};
  BOOST_REQUIRE(own.for_call({}).has_value());
  const std::array messages{
    caf::make_message(append_to_stream{.stream = "s", .options = {.call = as_ada}}),
    caf::make_message(read_stream{.stream = "s", .options = {.call = as_ada}}),
    caf::make_message(read_stream_to_end{.stream = "s", .options = {.call = as_ada}}),
    caf::make_message(read_all{.options = {.call = as_ada}}),
    caf::make_message(append_in_parts{.stream = "s", .options = {.call = as_ada}}),
    caf::make_message(delete_stream{.stream = "s", .options = {.call = as_ada}}),
    caf::make_message(subscribe_to_stream{.stream = "s", .options = {.call = as_ada}}),
    caf::make_message(subscribe_to_all{.options = {.call = as_ada}}),
    caf::make_message(consume{.group = {"s", "g"}, .options = {.call = as_ada}}),
    caf::make_message(get_current_version{.stream = "s", .call = as_ada}),
    caf::make_message(list_groups{.call = as_ada}),
    caf::make_message(read_gossip{.call = as_ada}),
    caf::make_message(create_user{.login_name = "ada", .password = call_secret}),
    caf::make_message(change_password{.login_name = "ada", .current_password = call_secret, .new_password = user_secret}),
    caf::make_message(reset_password{.login_name = "ada", .new_password = call_secret}),
    caf::make_message(credentials_provided{.question = 1, .outcome = provided_credentials{credentials::bearer(token)}}),
  };
  for (const auto& each : messages)
    for (const auto& secret : secrets())
      BOOST_TEST(caf::to_string(each).find(secret) == std::string::npos, caf::to_string(each));
}

BOOST_AUTO_TEST_SUITE_END()
