// SPDX-License-Identifier: Apache-2.0

// The node over TLS: what is made in its folder, what clients accept, and what it wants of them.

#include "tests/devnode/folder_fixture.hpp"
#include "tests/devnode/node_fixture.hpp"

#include "devnode/tls/certificates.hpp"
#include "kdb/devcluster.hpp"

#include "event_store/client/gossip.grpc.pb.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

using namespace kdb::development;
using namespace kdb::development::testing;
using namespace std::chrono_literals;
using kdb::devnode;
using kdb::devnode_options;

namespace {

struct tls_fixture : folder_fixture {
  std::string folder_name = folder.string();

  std::string path(const std::string& name) const { return (folder / name).string(); }

  std::string content(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream{path(name)}.rdbuf();
    return text.str();
  }

  std::string keep(const std::string& name, const std::string& text) const {
    std::ofstream{path(name)} << text;
    return path(name);
  }

  // Options of a node with a certificate about `about` from `authority`.
  devnode_options with_certificate(const tls::subject& about, const tls::identity& authority) const {
    auto made = tls::make_certificate(about, authority);
    return {.tls_certificate = keep("own.crt", made.certificate), .tls_key = keep("own.key", made.key)};
  }

  // Asks for gossip, as everybody may.
  static grpc::Status ask(std::uint16_t port, const grpc::SslCredentialsOptions& trust, const std::string& host = "localhost") {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    // The name is the certificate's to have, and nobody's to look up: the library that would do it leaks.
    if (host != "127.0.0.1")
      arguments.SetSslTargetNameOverride(host);
    auto channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::SslCredentials(trust), arguments);
    auto stub = event_store::client::gossip::Gossip::NewStub(channel);
    grpc::ClientContext context;
    node_fixture::limit(context);
    event_store::client::gossip::ClusterInfo reply;
    return stub->Read(&context, {}, &reply);
  }

  static bool answers(const devnode& node, const grpc::SslCredentialsOptions& trust) { return ask(node.port(), trust).ok(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(node_over_tls, tls_fixture)

BOOST_AUTO_TEST_CASE(who_trusts_the_ca_of_the_folder_is_answered_under_each_name) {
  devnode node{{.tls_folder = folder_name}};
  for (auto host : {"localhost", "127.0.0.1"})
    BOOST_TEST(ask(node.port(), {content("ca.crt"), "", ""}, host).ok());
  BOOST_TEST(!answers(node, {tls::make_authority().certificate, "", ""}));
  BOOST_TEST(node.connection_string() ==
             "kurrentdb://admin:changeit@localhost:" + std::to_string(node.port()) + "?tlsCaFile=" + path("ca.crt"));
}

BOOST_AUTO_TEST_CASE(the_ca_stays_when_a_node_starts_again) {
  { devnode node{{.tls_folder = folder_name}}; }
  auto trusted = content("ca.crt"), before = content("node.crt");
  devnode node{{.tls_folder = folder_name}};
  BOOST_TEST(content("node.crt") != before);
  BOOST_TEST(answers(node, {trusted, "", ""}));
}

BOOST_AUTO_TEST_CASE(keys_are_their_owners_alone) {
  namespace fs = std::filesystem;
  devnode node{{.tls_folder = folder_name}};
  for (auto key : {"ca.key", "node.key"})
    BOOST_TEST((fs::status(path(key)).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(clients_refuse_a_certificate_that_is_old_or_early_or_someone_elses) {
  auto ca = tls::make_authority();
  grpc::SslCredentialsOptions trust{ca.certificate, "", ""};
  std::vector<std::string> names{"localhost"};
  auto accepted = [&](const tls::subject& about) {
    devnode node{with_certificate(about, ca)};
    return answers(node, trust);
  };
  BOOST_TEST(accepted({.names = names}));
  BOOST_TEST(!accepted({.names = {"elsewhere.example"}}));
  BOOST_TEST(!accepted({.names = names, .valid_from = -48h, .valid_until = -24h}));
  BOOST_TEST(!accepted({.names = names, .valid_from = 24h, .valid_until = 48h}));
}

BOOST_AUTO_TEST_CASE(clients_need_a_certificate_where_their_ca_is_named) {
  auto clients = tls::make_authority(), others = tls::make_authority();
  devnode node{{.tls_folder = folder_name, .tls_client_ca = keep("clients.crt", clients.certificate)}};
  auto good = tls::make_certificate({.common_name = "client"}, clients);
  auto bad = tls::make_certificate({.common_name = "client"}, others);
  BOOST_TEST(answers(node, {content("ca.crt"), good.key, good.certificate}));
  BOOST_TEST(!answers(node, {content("ca.crt"), bad.key, bad.certificate}));
  BOOST_TEST(!answers(node, {content("ca.crt"), "", ""}));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_nobody_asked_for_must_be_good_all_the_same) {
  devnode node{{.tls_folder = folder_name}};
  auto good = tls::make_certificate({.common_name = "client"}, {content("ca.crt"), content("ca.key")});
  auto bad = tls::make_certificate({.common_name = "client"}, tls::make_authority());
  BOOST_TEST(answers(node, {content("ca.crt"), good.key, good.certificate}));
  BOOST_TEST(!answers(node, {content("ca.crt"), bad.key, bad.certificate}));
}

BOOST_AUTO_TEST_CASE(all_nodes_of_a_cluster_have_the_same_certificate) {
  kdb::devcluster cluster{{.election = 50ms, .node = {.tls_folder = folder_name, .tls_names = {"node.example"}}}};
  for (std::size_t i = 0; i < cluster.size(); ++i)
    BOOST_TEST(ask(cluster.port(i), {content("ca.crt"), "", ""}).ok());
  BOOST_TEST(cluster.connection_string().starts_with("kurrentdb://admin:changeit@localhost:"));
  BOOST_TEST(cluster.connection_string().ends_with("?tlsCaFile=" + path("ca.crt")));
}

BOOST_AUTO_TEST_CASE(what_contradicts_itself_is_refused) {
  auto refused = [](devnode_options options) {
    try {
      devnode node{std::move(options)};
      return std::string{};
    } catch (const std::runtime_error& problem) {
      return std::string{problem.what()};
    }
  };
  BOOST_TEST(refused({.tls_certificate = "a.crt"}) == "development node: a certificate of your own and its key go together");
  BOOST_TEST(refused({.tls_key = "a.key"}) == "development node: a certificate of your own and its key go together");
  BOOST_TEST(refused({.tls_client_ca = "a.crt"}) == "development node: a CA of clients is of no use without TLS");
  BOOST_TEST(refused({.tls_names = {"a"}}) == "development node: names for a certificate are of no use without TLS");
  BOOST_TEST(refused({.tls_certificate = path("no.crt"), .tls_key = path("no.key")}) ==
             "development node: cannot read " + path("no.crt"));
  BOOST_TEST(refused({.tls_folder = folder_name, .tls_names = {"a,b"}}) ==
             "development node: 'a,b' is no name for a certificate");
  keep("plain", "text");
  auto ca = tls::make_authority(), other = tls::make_authority();
  BOOST_TEST(refused({.tls_certificate = keep("a.crt", ca.certificate), .tls_key = keep("a.key", other.key)}) ==
             "development node: " + path("a.key") + " is not the key of the certificate in " + path("a.crt"));
  BOOST_TEST(refused({.tls_certificate = path("a.crt"), .tls_key = path("plain")}).find("is not the key") != std::string::npos);
  keep("ca.crt", "text");
  keep("ca.key", "text");
  BOOST_TEST(refused({.tls_folder = folder_name}).find("remove them") != std::string::npos);
  BOOST_TEST(refused({.tls_folder = path("plain")}).starts_with("development node: cannot make the folder"));
}

BOOST_AUTO_TEST_SUITE_END()
