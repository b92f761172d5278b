// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

#include <openssl/ssl.h>

#include "libkdb/rpc/channel_pool.hpp"
#include "tests/tls/secure_node.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;
using fixtures::make_authority;
using fixtures::make_certificate;

namespace {

using fixtures::tls_front_options;

struct row {
  const char* what;
  /// How the server is, and what the client thinks of it.
  std::function<tls_front_options(const secure_node&)> server;
  std::function<void(const secure_node&, settings&)> client;
  /// None: it works.
  std::optional<tls_problem> problem{};
  const char* words = "";
};
std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.what;
}

const auto good = [](const secure_node& s) { return s.greeting(); };
const auto trusting = [](const secure_node&, settings&) {};

auto named(std::vector<std::string> names) {
  return [names](const secure_node& s) { return s.greeting({.names = names}); };
}
auto valid(std::chrono::seconds from, std::chrono::seconds until) {
  return [=](const secure_node& s) { return s.greeting({.valid_from = from, .valid_until = until}); };
}
auto versions(int lowest, int highest) {
  return [=](const secure_node& s) {
    auto how = s.greeting();
    how.lowest_version = lowest, how.highest_version = highest;
    return how;
  };
}
/// Wants certificates that the authority of the node has signed.
auto asking(int version) {
  return [=](const secure_node& s) {
    auto how = s.greeting();
    how.client_ca = s.authority.certificate;
    how.lowest_version = how.highest_version = version;
    return how;
  };
}
void show(const fixtures::identity& who, settings& how) {
  how.tls.user_certificate_pem = who.certificate;
  how.tls.user_key_pem = who.key;
}
const auto with_certificate = [](const secure_node& s, settings& how) {
  show(make_certificate(s.authority, {.names = {}}), how);
};
const auto with_foreign_certificate = [](const secure_node&, settings& how) { show(make_certificate(make_authority("x")), how); };
const auto with_expired_certificate = [](const secure_node& s, settings& how) {
  show(make_certificate(s.authority, {.names = {}, .valid_from = -48h, .valid_until = -24h}), how);
};
const auto by_address = [](const secure_node&, settings& how) { how.endpoints[0].host = "127.0.0.1"; };
const auto verifying_nothing = [](const secure_node&, settings& how) {
  how.tls.verify_certificate = false;
  how.tls.ca_pem.clear();
};

const std::vector<row> rows{
  {"good", good, trusting},
  {"good, by address", good, by_address},
  {"good, among others", good,
   [](const secure_node& s, settings& how) { how.tls.ca_pem = make_authority("x").certificate + s.authority.certificate; }},
  {"another authority", good, [](const secure_node&, settings& how) { how.tls.ca_pem = make_authority("x").certificate; },
   tls_problem::unknown_authority, "tlsCaFile"},
  {"another authority of the same name", good,
   [](const secure_node&, settings& how) { how.tls.ca_pem = make_authority().certificate; }, tls_problem::unknown_authority},
  {"the system's authorities", good, [](const secure_node&, settings& how) { how.tls.ca_pem.clear(); },
   tls_problem::unknown_authority, "signed by no authority that is trusted"},
  {"self-signed",
   [](const secure_node&) {
     const auto own = make_authority("itself");
     return tls_front_options{.certificates = own.certificate, .key = own.key};
   },
   trusting, tls_problem::unknown_authority, "itself"},
  {"another name", named({"db1.example", "db2.example"}), trusting, tls_problem::wrong_name,
   "is for db1.example, db2.example, not for 'localhost'"},
  {"another address", named({"localhost", "10.1.2.3"}), by_address, tls_problem::wrong_name,
   "is for localhost, 10.1.2.3, not for '127.0.0.1'"},
  {"no name", named({}), trusting, tls_problem::wrong_name, "a node of a test"},
  {"a pattern of names", named({"*.example"}), trusting, tls_problem::wrong_name, "*.example"},
  {"expired", valid(-48h, -24h), trusting, tls_problem::expired, "was valid until 20"},
  {"not yet valid", valid(24h, 48h), trusting, tls_problem::not_yet_valid, "will be from 20"},
  {"TLS 1.2 only", versions(TLS1_2_VERSION, TLS1_2_VERSION), trusting},
  {"TLS 1.3 only", versions(TLS1_3_VERSION, TLS1_3_VERSION), trusting},
  {"TLS 1.1 only", versions(TLS1_VERSION, TLS1_1_VERSION), trusting, tls_problem::no_common_version, "1.2 and 1.3"},
  {"client certificate, 1.2", asking(TLS1_2_VERSION), with_certificate},
  {"client certificate, 1.3", asking(TLS1_3_VERSION), with_certificate},
  {"no client certificate, 1.2", asking(TLS1_2_VERSION), trusting, tls_problem::client_certificate_required, "userCertFile"},
  {"no client certificate, 1.3", asking(TLS1_3_VERSION), trusting, tls_problem::client_certificate_required, "userCertFile"},
  {"foreign client certificate, 1.2", asking(TLS1_2_VERSION), with_foreign_certificate, tls_problem::client_certificate_refused},
  {"foreign client certificate, 1.3", asking(TLS1_3_VERSION), with_foreign_certificate, tls_problem::client_certificate_refused},
  {"expired client certificate, 1.3", asking(TLS1_3_VERSION), with_expired_certificate, tls_problem::client_certificate_refused,
   "expired"},
  {"a plain client", good, [](const secure_node&, settings& how) { how.tls.enabled = false; }, tls_problem::server_with_tls,
   "tls=true"},
  {"a plain server", good, [](const secure_node& s, settings& how) { how.endpoints[0].port = s.node.port(); },
   tls_problem::server_without_tls, "tls=false"},
  {"no HTTP/2",
   [](const secure_node& s) {
     auto how = s.greeting();
     how.http2 = false;
     return how;
   },
   trusting, tls_problem::other, "does not offer HTTP/2"},
  {"nothing verified: unknown authority", good, verifying_nothing},
  {"nothing verified: another name", named({"db1.example"}), verifying_nothing},
  {"nothing verified: expired", valid(-48h, -24h), verifying_nothing},
  {"nothing verified: client certificate", asking(TLS1_3_VERSION),
   [](const secure_node& s, settings& how) {
     verifying_nothing(s, how);
     with_certificate(s, how);
   }},
  {"nothing verified: a plain server", good,
   [](const secure_node& s, settings& how) {
     verifying_nothing(s, how);
     how.endpoints[0].port = s.node.port();
   },
   tls_problem::server_without_tls},
};

} // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_DATA_TEST_CASE(a_connection_is_trusted_or_the_error_says_what_is_wrong, boost::unit_test::data::make(rows)) {
  secure_node s;
  s.front.change(sample.server(s));
  auto how = s.client();
  sample.client(s, how);
  auto db = client::connect(how).value();
  const auto done = db.get_commit_position({.call = {.deadline = fixtures::patience}});
  BOOST_REQUIRE_MESSAGE(done.has_value() == !sample.problem, (done ? "it works" : to_string(done.error())));
  if (done)
    return;
  const auto& why = done.error();
  BOOST_TEST(to_string(problem_of(why)) == to_string(*sample.problem), to_string(why));
  BOOST_TEST(why.message.find(sample.words) != std::string::npos, why.message);
  BOOST_TEST(why.get<tls_failure>()->host == how.endpoints[0].host);
  BOOST_TEST(why.get<tls_failure>()->port == how.endpoints[0].port);
  BOOST_TEST(!why.outcome_unknown);
}

BOOST_AUTO_TEST_CASE(the_version_is_the_one_that_the_server_allows) {
  secure_node s;
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    s.front.change(versions(version, version)(s));
    auto db = client::connect(s.client()).value();
    BOOST_TEST(db.get_commit_position().has_value());
  }
  BOOST_TEST((s.front.versions() == std::vector<std::string>{"TLSv1.2", "TLSv1.3"}));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_there_is_no_error_about_tls) {
  std::uint16_t port = 0;
  {
    const devnode gone;
    port = gone.port();
  }
  secure_node s;
  auto how = s.client();
  how.endpoints[0].port = port;
  auto db = client::connect(how).value();
  const auto lost = db.get_commit_position();
  BOOST_REQUIRE(!lost.has_value());
  BOOST_TEST((lost.error().code == errc::discovery_failed), to_string(lost.error()));
}

BOOST_AUTO_TEST_CASE(a_front_of_tls_with_nobody_behind_it_is_no_error_about_tls) {
  secure_node s;
  s.node.stop();
  auto asking_all = s.greeting();
  for (const auto* client_ca : {"", s.authority.certificate.c_str()}) {
    asking_all.client_ca = client_ca;
    s.front.change(asking_all);
    auto how = s.client();
    with_certificate(s, how);
    auto db = client::connect(how).value();
    const auto lost = db.get_commit_position();
    BOOST_REQUIRE(!lost.has_value());
    BOOST_TEST((lost.error().code == errc::discovery_failed), to_string(lost.error()));
  }
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_connection_is_told_before_its_time_is_over) {
  secure_node s;
  auto how = s.client();
  how.tls.ca_pem = make_authority("x").certificate;
  auto db = client::connect(how).value();
  const auto lost = db.wait_connected(fixtures::patience * 10);
  BOOST_REQUIRE(!lost.has_value());
  BOOST_TEST((problem_of(lost.error()) == tls_problem::unknown_authority));
}

BOOST_AUTO_TEST_CASE(a_cluster_of_which_no_node_can_be_trusted_says_so_rather_than_that_it_has_none) {
  secure_node s;
  auto how = s.client();
  how.endpoints.push_back({"127.0.0.1", s.node.port()}); // In clear.
  how.tls.ca_pem = make_authority("x").certificate;
  auto db = client::connect(how).value();
  const auto lost = db.get_commit_position();
  BOOST_REQUIRE(!lost.has_value());
  const auto problem = problem_of(lost.error());
  BOOST_TEST((problem == tls_problem::unknown_authority || problem == tls_problem::server_without_tls));
}

BOOST_AUTO_TEST_CASE(the_name_of_a_seed_is_its_identity_although_its_address_is_dialled) {
  secure_node s;
  s.front.change(s.greeting({.names = {"localhost"}})); // Without addresses.
  auto how = s.client();
  how.discover = true; // The name is looked up, and its addresses are asked for the cluster.
  auto db = client::connect(how).value();
  const auto found = db.wait_connected(fixtures::patience);
  BOOST_REQUIRE_MESSAGE(found.has_value(), (found ? "" : to_string(found.error())));
  BOOST_TEST(db.get_commit_position().has_value());
}

// -- files that change ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_authority_is_found_in_its_file_when_the_client_connects_again) {
  secure_node s;
  auto how = s.client();
  how.tls = {.ca_file = s.files.write("ca.crt", s.authority.certificate)};
  auto db = client::connect(how).value();
  BOOST_TEST(db.get_commit_position().has_value());
  const auto successor = make_authority("successor");
  s.front.change(secure_node::greeting(successor));
  s.front.cut();
  fixtures::wait_until("the old authority to be refused", [&] {
    const auto lost = db.get_commit_position();
    return !lost && lost.error().code == errc::tls_failed;
  });
  s.files.write("ca.crt", "no certificate");
  const auto broken = db.get_commit_position();
  BOOST_REQUIRE(!broken.has_value());
  BOOST_TEST((problem_of(broken.error()) == tls_problem::bad_file));
  BOOST_TEST(broken.error().message.find(s.files.path("ca.crt")) != std::string::npos);
  s.files.write("ca.crt", successor.certificate);
  BOOST_TEST(db.get_commit_position().has_value());
}

BOOST_AUTO_TEST_CASE(everything_is_found_again_when_the_connections_are_cut) {
  secure_node s;
  auto db = client::connect(s.client()).value();
  const auto append = [&](const call_options& how) {
    return db.append_to_stream("s", stream_state::any, {new_event::json("happened", "{}")}, {.call = how}).has_value();
  };
  auto following = db.subscribe_to_stream("s", {.from = stream_start}).value();
  std::size_t events = 0;
  for (std::size_t round = 1; round <= 5; ++round) {
    fixtures::wait_until("an append", [&] { return append({.deadline = 1s * fixtures::slowness}); });
    const auto last = db.get_current_version("s").value();
    fixtures::wait_until("the events", [&] {
      const auto batch = following.next(100ms).value();
      for (const auto& each : batch.events())
        events += each.revision() == stream_revision{events}; // Each once, in order.
      return events > 0 && stream_revision{events - 1} == last;
    });
    s.front.cut();
  }
  BOOST_TEST(s.front.connections() >= 5u);
}

BOOST_AUTO_TEST_CASE(a_further_connection_takes_what_is_in_the_files_by_then_or_what_it_had) {
  secure_node s;
  settings how = s.client();
  how.tls = {.ca_file = s.files.write("ca.crt", s.authority.certificate)};
  const auto pool = std::make_shared<rpc::channel_pool>(rpc::address{.where = how.endpoints[0]}, how);
  std::vector<rpc::channel_lease> leases;
  const auto connects = [&] {
    for (std::size_t i = 0; i < rpc::channel_pool::streams_per_connection; ++i)
      leases.push_back(pool->lease());
    return leases.back().channel()->WaitForConnected(std::chrono::system_clock::now() + fixtures::patience);
  };
  BOOST_TEST(connects());
  s.files.write("ca.crt", "no certificate");
  BOOST_TEST(connects());
  const auto successor = make_authority("successor");
  s.front.change(secure_node::greeting(successor));
  s.files.write("ca.crt", successor.certificate);
  BOOST_TEST(connects());
  BOOST_TEST(pool->load().connections == 3u);
}

BOOST_AUTO_TEST_CASE(a_new_user_certificate_is_found_in_its_file_when_the_client_connects_again) {
  secure_node s;
  s.front.change(asking(0)(s));
  auto how = s.client();
  const auto foreign = make_certificate(make_authority("x"));
  how.tls.user_certificate_file = s.files.write("user.crt", foreign.certificate);
  how.tls.user_key_file = s.files.write("user.key", foreign.key);
  auto db = client::connect(how).value();
  const auto refused = db.get_commit_position();
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((problem_of(refused.error()) == tls_problem::client_certificate_refused));
  const auto renewed = make_certificate(s.authority);
  s.files.write("user.crt", renewed.certificate);
  s.files.write("user.key", renewed.key);
  BOOST_TEST(db.get_commit_position().has_value());
}

BOOST_AUTO_TEST_CASE(a_client_does_not_start_with_files_that_can_not_be_used) {
  const auto refused = client::connect("kurrentdb://localhost?tlsCaFile=/nowhere/ca.crt");
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((problem_of(refused.error()) == tls_problem::bad_file));
  BOOST_TEST(refused.error().get<tls_failure>()->file == "/nowhere/ca.crt");
}

BOOST_AUTO_TEST_CASE(verifying_nothing_is_warned_of) {
  secure_node s;
  heard told;
  auto how = s.client();
  how.tls.verify_certificate = false;
  told.attach(how);
  auto db = client::connect(how).value();
  fixtures::wait_until("a warning", [&] { return told.contains("not verified"); });
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_node_till_its_deadline_learns_what_is_wrong_with_it) {
  secure_node s;
  heard told;
  auto how = s.client();
  how.tls.ca_pem = make_authority("x").certificate;
  how.max_discover_attempts = -1; // Else the round ends with the cause itself.
  told.attach(how);
  auto db = client::connect(how).value();
  const call_options in_time{.deadline = 100ms};
  static_cast<void>(db.get_commit_position({.call = in_time}));
  fixtures::wait_until("an attempt that has failed", [&] { return told.contains("tlsCaFile"); });
  const auto expect_cause = [](const auto& outcome) {
    BOOST_REQUIRE(!outcome.has_value());
    const auto& why = outcome.error();
    BOOST_TEST((why.code == errc::deadline_exceeded), to_string(why));
    BOOST_TEST(!why.outcome_unknown);
    BOOST_REQUIRE_MESSAGE(why.template get<tls_failure>(), to_string(why));
    BOOST_TEST(to_string(why.template get<tls_failure>()->problem) == to_string(tls_problem::unknown_authority));
    BOOST_TEST(why.message.find("tlsCaFile") != std::string::npos, why.message);
  };
  expect_cause(db.append_to_stream("s", stream_state::any, {new_event::json("t", "{}")}, {.call = in_time}));
  expect_cause(db.get_commit_position({.call = in_time}));
  expect_cause(db.delete_stream("s", stream_state::any, {in_time}));
  expect_cause(db.get_server_info(in_time));
  expect_cause(db.subscribe_to_stream("s", {.call = in_time}));
}

BOOST_AUTO_TEST_CASE(a_client_can_be_closed_while_a_handshake_is_looked_at) {
  secure_node s;
  auto how = s.client();
  how.tls.ca_pem = make_authority("x").certificate;
  how.max_discover_attempts = -1;
  for (int i = 0; i < 20; ++i) {
    auto db = client::connect(how).value();
    static_cast<void>(db.get_commit_position({.call = {.deadline = std::chrono::milliseconds{1 + 2 * i}}}));
    const fixtures::stopwatch since;
    db.close();
    BOOST_TEST((since.elapsed() < fixtures::soon));
  }
}

BOOST_AUTO_TEST_SUITE_END()
