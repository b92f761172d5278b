// SPDX-License-Identifier: Apache-2.0

// secure_client [URI]: TLS, credentials from a provider, and the errors when either side can't be trusted.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  const auto folder = std::filesystem::temp_directory_path() / ("secure-client-" + kdb::to_string(kdb::random_uuid()));
  std::optional<kdb::devnode> node;
  const std::string uri =
    argc > 1 ? argv[1] : node.emplace(kdb::devnode_options{.tls_folder = folder.string()}).connection_string();
  bool as_expected = true;
  const auto expect = [&](const kdb::error& error, kdb::errc code) {
    std::cout << to_string(error) << "\n";
    as_expected &= error.code == code;
  };

  auto settings = kdb::settings::from_connection_string(uri).value();
  // docs: provider
  settings.credentials_provider = [user = *settings.credentials](const kdb::credentials_handler& done) {
    // A real program fetches a token here, and answers when it has arrived.
    done(kdb::provided_credentials{.credentials = user, .valid_until = std::chrono::system_clock::now() + 1h});
  };
  settings.credentials.reset();
  // docs: end
  auto db = kdb::client::connect(settings).value();
  const auto stream = "orders-" + kdb::to_string(kdb::random_uuid());
  if (auto done = db.append_to_stream(stream, kdb::stream_state::no_stream, {kdb::new_event::json("order-placed", "{}")}); !done)
    return std::cerr << to_string(done.error()) << "\n", 1;

  // docs: credentials
  // Credentials of a call replace the client's. Wrong ones are an error that is not retried.
  const kdb::call_options as_ada{.credentials = kdb::credentials::basic("ada", "not her password")};
  if (auto done = db.append_to_stream(stream, kdb::stream_state::any, {}, {.call = as_ada}); !done)
    expect(done.error(), kdb::errc::unauthenticated);
  // docs: end

  // docs: trust
  auto suspicious = settings;
  suspicious.tls = {}; // Trusts the system's authorities, which have not signed the node's certificate.
  suspicious.max_discover_attempts = 1;
  auto stranger = kdb::client::connect(suspicious).value();
  if (auto done = stranger.wait_connected(5s); !done) {
    expect(done.error(), kdb::errc::tls_failed);
    if (const auto* failure = done.error().get<kdb::tls_failure>())
      std::cout << to_string(failure->problem) << " at " << failure->host << "\n"; // unknown_authority at localhost
  }
  // docs: end
  node.reset();
  std::filesystem::remove_all(folder);
  return as_expected ? 0 : 1;
}
