// SPDX-License-Identifier: Apache-2.0

// typed_subscriber [URI]: a subscriber with a typed interface. It answers a batch only after another actor has stored it.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/response_promise.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <optional>

// docs: typed-subscriber
using archive_actor = caf::typed_actor<kdb::accepts<kdb::event_batch, std::uint64_t>>; // The number of events it holds.
using copier_actor = caf::typed_actor<kdb::accepts<kdb::event_batch>, kdb::accepts<kdb::subscription_ended>>;

copier_actor::behavior_type copier(copier_actor::pointer self, archive_actor archive, std::uint64_t enough) {
  return {
    [=](const kdb::event_batch& batch) -> caf::result<void> {
      auto promise = self->make_response_promise();
      kdb::any_caf::request(self, archive, std::chrono::seconds{5}, batch)
        .then(
          [=](std::uint64_t held) mutable {
            promise.deliver(caf::unit); // Only now the next batch may arrive.
            if (held >= enough)
              self->quit();
          },
          [=](caf::error& error) mutable { promise.deliver(std::move(error)); });
      return promise;
    },
    [=](const kdb::subscription_ended& end) { self->quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{}); },
  };
}
// docs: end

archive_actor::behavior_type archive(archive_actor::pointer) {
  return {[kept = std::vector<kdb::owned_event>{}](const kdb::event_batch& batch) mutable {
    for (const auto& event : batch.events())
      kept.emplace_back(event);
    return std::uint64_t{kept.size()};
  }};
}

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string());
  auto owned = kdb::owned_system{};
  auto db = settings.and_then([&](auto& parsed) { return kdb::spawn_client(owned.system(), parsed); }).value();
  caf::scoped_actor self{owned.system()};
  std::vector<kdb::new_event> events(200);
  std::ranges::generate(events, [] { return kdb::new_event::json("copied", "{}"); });
  kdb::any_caf::send(self, db, kdb::append_to_stream{.stream = "copies", .events = events});
  auto copy = self->spawn(copier, self->spawn(archive), events.size());
  self->monitor(copy);
  kdb::any_caf::send(self, db, kdb::subscribe_to_stream{.stream = "copies", .subscriber = copy});
  int status = 1;
  self->receive([&](const caf::down_msg& down) { status = down.reason ? 1 : 0; });
  kdb::any_caf::request(self, db, std::chrono::seconds{10}, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return status;
}
