// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <random>

#include "actors/remote/frame.hpp"
#include "tests/fixtures/certificates.hpp"
#include "tests/remote/two_processes.hpp"

// Processes of another version, of other programs, and of attackers.
namespace kdb::test {

BOOST_AUTO_TEST_SUITE(strangers)

BOOST_AUTO_TEST_CASE(where_nobody_listens_connecting_fails) {
  process user;
  const auto refused = connect_remote(user.system(), {.port = 1, .timeout = 2s});
  BOOST_TEST(refused.error().code == errc::unavailable);
  BOOST_TEST(connect_remote(user.system(), {.port = 0}).error().get<bad_argument>()->name == "port");
  BOOST_TEST(connect_remote(user.system(), {.port = 1, .timeout = 0s}).error().get<bad_argument>()->name == "timeout");
  BOOST_TEST(connect_remote(user.system(), {.port = 1, .tls = true}).error().get<bad_argument>()->name == "tls");
}

BOOST_AUTO_TEST_CASE(an_actor_of_somebody_else_is_no_client) {
  process owner, user;
  const auto stranger = owner.system().spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
  const auto port = *owner.system().middleman().publish(stranger, 0, "127.0.0.1");
  const fixtures::stopwatch watch;
  const auto refused = connect_remote(user.system(), {.port = port, .timeout = 500ms});
  BOOST_TEST(!refused.has_value()); // It is silent, or ends.
  BOOST_TEST((watch.elapsed() < 5s));
  caf::anon_send_exit(stranger, caf::exit_reason::kill);
}

/// A frame of a version that does not exist yet.
static std::string of_version(std::uint16_t version, remote::frame_kind kind) {
  auto frame = remote::bare_frame(kind);
  std::memcpy(frame.data() + 4, &version, sizeof version);
  return frame;
}

BOOST_FIXTURE_TEST_CASE(a_portal_of_another_version_is_refused, two_processes) {
  const auto gateway = user.system().middleman().remote_actor("127.0.0.1", published->port());
  any_caf::send(user.self(), *gateway, of_version(7, remote::frame_kind::hello));
  user.self()->receive([&](const std::string& answer) {
    remote::decoder in{answer};
    BOOST_TEST((remote::read_header(in)->kind == remote::frame_kind::other_version));
    const auto text = remote::content_as<std::string>(answer);
    BOOST_REQUIRE(text.has_value());
    BOOST_TEST(text->find("version 7") != std::string::npos);
    BOOST_TEST(text->find("version " + std::to_string(remote::protocol_version)) != std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(a_gateway_of_another_version_is_refused) {
  process owner, user;
  const auto gateway = owner.system().spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](const std::string&) {
      any_caf::send(self, caf::actor_cast<caf::actor>(self->current_sender()), of_version(9, remote::frame_kind::welcome));
    }};
  });
  const auto port = *owner.system().middleman().publish(gateway, 0, "127.0.0.1");
  const auto refused = connect_remote(user.system(), {.port = port});
  BOOST_TEST(refused.error().code == errc::unsupported);
  BOOST_TEST(refused.error().message.find("version 9") != std::string::npos);
  BOOST_TEST(refused.error().message.find("version " + std::to_string(remote::protocol_version)) != std::string::npos);
  caf::anon_send_exit(gateway, caf::exit_reason::kill);
}

BOOST_FIXTURE_TEST_CASE(hostile_frames_harm_nobody, two_processes) {
  const auto gateway = user.system().middleman().remote_actor("127.0.0.1", published->port());
  std::mt19937_64 random{4};
  for (int round = 0; round < 300; ++round) {
    caf::scoped_actor hostile{user.system()};
    any_caf::send(hostile, *gateway, remote::bare_frame(remote::frame_kind::hello));
    caf::actor session;
    hostile->receive([&](const std::string&) { session = caf::actor_cast<caf::actor>(hostile->current_sender()); });
    const char* const names[] = {"append_to_stream", "read_stream", "consume", "observe", "get_status", "no such thing"};
    for (int frame = 0; frame < 5; ++frame) {
      auto out = remote::begin_frame(static_cast<remote::frame_kind>(1 + random() % 12), random() % 4);
      if (random() % 2 == 0)
        out.text(names[random() % std::size(names)]);
      for (auto size = random() % 40; size > 0; --size)
        out.number(static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0));
      if (random() % 8 == 0)
        out.bytes.resize(random() % (out.bytes.size() + 1));
      any_caf::send(hostile, session, std::move(out.bytes));
    }
  }
  BOOST_TEST(user.ask(remote, get_health{}).value().ready);
  wait_for_nothing_left(2);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Certificates for a process, of an authority.
struct papers {
  explicit papers(const fixtures::identity& authority) {
    const auto own = fixtures::make_certificate(authority);
    files = {.certificate_file = folder.write("certificate.pem", own.certificate),
             .key_file = folder.write("key.pem", own.key),
             .ca_file = folder.write("authority.pem", authority.certificate)};
  }
  fixtures::scratch_folder folder;
  remote_tls files;
};

} // namespace

BOOST_AUTO_TEST_SUITE(between_systems_with_tls)

BOOST_AUTO_TEST_CASE(credentials_travel_with_tls) {
  const papers all{fixtures::make_authority()};
  two_processes both{{.tls = true}, {.tls = true}, all.files};
  const call_options call{.credentials = credentials::basic("admin", "changeit")};
  BOOST_TEST(both.user.ask(both.remote, append_to_stream{.stream = "s", .events = some_events(2000, 1000), .options = {call}})
               .has_value());
  BOOST_TEST(both.user.ask(both.remote, read_stream_to_end{.stream = "s"}).value().size() == 2000u);
}

BOOST_AUTO_TEST_CASE(who_has_no_certificate_of_the_authority_is_refused) {
  const papers own{fixtures::make_authority()}, foreign{fixtures::make_authority("somebody else")};
  two_processes both{{.tls = true}, {.tls = true}, own.files};
  process stranger{foreign.files}, plain;
  BOOST_TEST(!connect_remote(stranger.system(), {.port = both.published->port(), .tls = true, .timeout = 1s}).has_value());
  BOOST_TEST(!connect_remote(plain.system(), {.port = both.published->port(), .timeout = 1s}).has_value());
  const auto health = both.user.ask(both.remote, get_health{});
  BOOST_TEST(health.has_value(), (health ? std::string{} : to_string(health.error())));
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_read_is_named) {
  caf::actor_system_config config;
  const auto refused = load_remote(config, remote_tls{"/nowhere/c.pem", "/nowhere/k.pem", "/nowhere/a.pem"});
  BOOST_TEST(refused.error().get<bad_argument>()->name == "certificate_file");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kdb::test
