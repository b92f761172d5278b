// SPDX-License-Identifier: Apache-2.0

// optimistic_concurrency [URI]: two writers withdraw from one account; the second one reads again before it writes.

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <charconv>
#include <iostream>
#include <optional>

namespace {

struct account {
  int balance = 0;
  kdb::stream_state state = kdb::stream_state::no_stream;
};

kdb::result<account> load(kdb::client& db, const std::string& stream) {
  account found;
  auto history = db.read_stream(stream);
  for (const auto& event : history.events()) {
    int amount = 0;
    std::from_chars(event.data().data(), event.data().data() + event.data().size(), amount);
    found.balance += amount;
    found.state = event.revision();
  }
  return history.finish().transform([&] { return found; });
}

// docs: optimistic-concurrency
/// Withdraws if the balance is sufficient, starting from the state that the caller knows.
kdb::result<account> withdraw(kdb::client& db, const std::string& stream, account known, int amount) {
  while (known.balance >= amount) {
    auto done = db.append_to_stream(stream, known.state, {kdb::new_event::json("withdrawn", std::to_string(-amount))});
    if (done)
      return account{known.balance - amount, *done->revision};
    if (done.error().code != kdb::errc::wrong_expected_version)
      return kdb::unexpected(done.error());
    auto fresh = load(db, stream); // Somebody else wrote first: decide again with the new state.
    if (!fresh)
      return fresh;
    known = *fresh;
  }
  return kdb::unexpected(kdb::errc::invalid_argument, "only " + std::to_string(known.balance) + " left");
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto db = kdb::client::connect(argc > 1 ? argv[1] : node.emplace().connection_string()).value();
  const auto stream = "account-" + kdb::to_string(kdb::random_uuid());
  auto opened = db.append_to_stream(stream, kdb::stream_state::no_stream, {kdb::new_event::json("deposited", "100")});
  const account seen{100, opened.value().revision.value()};
  auto first = withdraw(db, stream, seen, 70);
  auto second = withdraw(db, stream, seen, 70); // It knows the same balance of 100.
  std::cout << "first: " << first.value().balance << " left, second: " << second.error().message << "\n";
  return first->balance == 30 && !second ? 0 : 1;
}
