// SPDX-License-Identifier: Apache-2.0

// getting_started/actors [URI]: the steps of Getting started, by an actor.

#include <kdb/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace {

/// Each step sends a request to the client. Its answer starts the next step; an error ends the actor.
class first_steps : public caf::event_based_actor {
public:
  first_steps(caf::actor_config& config, kdb::client_actor db) : caf::event_based_actor{config}, db_{std::move(db)} {}

private:
  caf::behavior make_behavior() override {
    test_connection();
    return {}; // It handles no messages, and ends after the last answer.
  }

  // docs: test
  void test_connection() {
    kdb::any_caf::request(this, db_, 10s, kdb::get_commit_position{})
      .then(
        [this](const kdb::log_position& head) {
          std::cout << "Connected. The commit position is " << head.commit << ".\n";
          append();
        },
        [this](const caf::error& error) { quit(error); });
  }
  // docs: end

  // docs: append
  void append() {
    kdb::append_to_stream order{.stream = "order-123", .expected = kdb::stream_state::no_stream};
    order.events.push_back(kdb::new_event::json("OrderCreated", R"({"name": "Greg"})"));
    kdb::any_caf::request(this, db_, 10s, std::move(order))
      .then([this](const kdb::append_result&) { read(); }, [this](const caf::error& error) { quit(error); });
  }
  // docs: end

  // docs: read
  void read() {
    kdb::any_caf::request(this, db_, 10s, kdb::read_stream_to_end{.stream = "order-123"})
      .then(
        [](const kdb::event_list& events) {
          for (const auto& event : events)
            std::cout << event.revision().value << " " << event.type() << " " << event.data() << "\n";
        },
        [this](const caf::error& error) { quit(error); });
  }
  // docs: end

  kdb::client_actor db_;
};

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::string uri = argc > 1 ? argv[1] : "kurrentdb://127.0.0.1:2113?tls=false";

  // docs: connect
  kdb::init_caf();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto settings = kdb::settings::from_connection_string(uri);
  if (!settings)
    return report(settings.error());
  auto db = kdb::spawn_client(system, *settings);
  if (!db)
    return report(db.error());
  // docs: end

  // docs: start
  int status = 0;
  caf::scoped_actor self{system};
  self->monitor(self->spawn<first_steps>(*db));
  self->receive([&](const caf::down_msg& down) { // It has ended.
    if (down.reason)
      status = report(kdb::error::from(down.reason));
  });
  kdb::any_caf::request(self, *db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  // docs: end
  return status;
}
