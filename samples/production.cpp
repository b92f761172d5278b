// SPDX-License-Identifier: Apache-2.0

// production [URI]: a client as a service runs it: limits, retries, log, changes of the connection, health, an orderly end.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace {

void observe(kdb::settings& settings) {
  // docs: log
  settings.minimum_log_level = kdb::log_level::info;
  settings.log = [](kdb::log_level level, std::string_view text) { std::clog << to_string(level) << ' ' << text << '\n'; };
  // docs: end
  // docs: changes
  settings.on_change = [](const kdb::connection_change& change) { std::clog << to_string(change) << '\n'; };
  // docs: end
}

// docs: settings
kdb::result<kdb::client> connect(const std::string& uri) {
  auto settings = kdb::settings::from_connection_string(uri);
  if (!settings)
    return kdb::unexpected(settings.error());
  settings->connection_name = "billing-7";
  settings->default_deadline = 10s;          // For calls that have no deadline of their own.
  settings->retry = 3;                       // Repeats only what is safe to repeat.
  settings->max_transport_bytes = 256 << 20; // Bounds the memory of gRPC.
  observe(*settings);
  return kdb::client::connect(*settings);
}
// docs: end

// docs: health
/// For the readiness probe: whether a node is in use and answers within a second. The liveness probe looks at `get_health().live`, which
/// does not ask the database.
bool ready(const kdb::client& db) {
  if (!db.get_health().ready || !db.wait_connected(1s))
    return false;
  return db.get_commit_position({.call = {.deadline = 1s, .retry = 0, .wait_for_node = false}}).has_value();
}
// docs: end

int serve(const kdb::client& db, const std::string& stream) {
  if (!ready(db))
    return 1;
  auto first = db.append_to_stream(stream, kdb::stream_state::no_stream, {kdb::new_event::json("opened", "{}")});
  if (!first)
    return 1;
  const std::vector<kdb::new_event> events{kdb::new_event::json("used", "{}")};
  // docs: retry
  auto done = db.append_to_stream(stream, *first->revision, events, {.call = {.deadline = 10s, .retry = 20}});
  // docs: end
  // docs: close
  db.close(); // Running operations end with `closed`, and the connection is closed.
  // docs: end
  return done && !ready(db) ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto db = connect(argc > 1 ? argv[1] : node.emplace().connection_string());
  return db ? serve(*db, "billing-" + kdb::to_string(kdb::random_uuid())) : 1;
}
