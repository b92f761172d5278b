// SPDX-License-Identifier: Apache-2.0

// error_handling [URI]: every failure is a value: what happened, whether a retry can help, whether a write may have happened.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  const auto stream = "accounts-" + kdb::to_string(kdb::random_uuid());
  bool as_expected = true;
  const auto expect = [&](const kdb::error& error, kdb::errc code) {
    std::cout << to_string(error) << "\n";
    as_expected &= error.code == code;
  };

  // docs: errors
  // A connection string that can't be read: the detail names the option.
  if (auto db = kdb::client::connect(uri + "&nodePreference=fastest"); !db) {
    expect(db.error(), kdb::errc::invalid_connection_string);
    std::cout << db.error().get<kdb::bad_argument>()->name << ": " << db.error().get<kdb::bad_argument>()->accepted << "\n";
  }

  auto db = kdb::client::connect(uri).value(); // value() throws kdb::failure if there is none; nothing else throws.

  // A stream that does not exist: the iteration ends, and finish() returns the error.
  auto reading = db.read_stream(stream);
  for (const auto& event : reading.events())
    std::cout << event.type() << "\n";
  if (auto end = reading.finish(); !end)
    expect(end.error(), kdb::errc::stream_not_found);

  // Not in the expected state: nothing was written, and the detail has the actual state.
  if (auto done = db.append_to_stream(stream, kdb::stream_state::exists, {kdb::new_event::json("opened", "{}")}); !done) {
    expect(done.error(), kdb::errc::wrong_expected_version);
    if (const auto* mismatch = done.error().get<kdb::version_mismatch>(); mismatch && mismatch->actual)
      std::cout << "expected " << to_string(mismatch->expected) << ", found " << to_string(*mismatch->actual) << "\n";
  }

  // No server: the operation fails at its deadline with the last error. Nothing can have been written.
  auto nowhere = kdb::client::connect("kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=-1").value();
  auto lost = nowhere.append_to_stream(stream, kdb::stream_state::any, {}, {.call = {.deadline = 300ms}});
  if (!lost) {
    expect(lost.error(), kdb::errc::deadline_exceeded);
    as_expected &= !lost.error().outcome_unknown;
  }
  // docs: end
  return as_expected ? 0 : 1;
}
