// SPDX-License-Identifier: Apache-2.0

// quickstart [URI]: the steps of KurrentDB's getting started guide, by an actor. Without URI on a development node of its own.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

/// Appends three events, one at a time, and ends.
caf::behavior writer(caf::event_based_actor* self, kdb::client_actor db, std::string stream) {
  for (auto sku : {"7", "8", "9"})
    kdb::any_caf::request(self, db, 5s,
                          kdb::append_to_stream{.stream = stream, .events = {kdb::new_event::json("order-paid", sku)}})
      .then([](const kdb::append_result&) {}, [=](const caf::error& error) { self->quit(error); });
  return {};
}

/// The tour. Each step sends a request, and the answer starts the next step.
class tour : public caf::event_based_actor {
public:
  tour(caf::actor_config& config, kdb::client_actor db) : caf::event_based_actor{config}, db_{std::move(db)} {}

private:
  caf::behavior make_behavior() override {
    ask(kdb::wait_connected{}, &tour::connected);
    return {
      [this](const kdb::event_batch& batch) { followed(batch); },
      [this](const kdb::subscription_ended& end) { ended(end); },
    };
  }

  void connected(const kdb::connected& to) {
    std::cout << "1. Connected to " << to_string(to.node) << ", version " << to.server_version << "\n";
    ask(kdb::get_commit_position{}, &tour::tested);
  }

  void tested(const kdb::log_position& head) {
    std::cout << "2. It answers: the last event in $all is at " << to_string(head) << "\n";
    std::vector<kdb::new_event> orders;
    for (auto data : {R"({"sku": 7})", R"({"sku": 8})", R"({"sku": 9})"})
      orders.push_back(kdb::new_event::json("order-placed", data));
    ask(kdb::append_to_stream{.stream = stream_, .expected = kdb::stream_state::no_stream, .events = orders}, &tour::appended);
  }

  void appended(const kdb::append_result& result) {
    std::cout << "3. Appended to " << stream_ << ": " << to_string(result) << "\n4. Read forwards\n";
    after_reading_ = &tour::read_backwards;
    ask(kdb::read_stream{.stream = stream_}, &tour::reading);
  }

  void read_backwards() {
    std::cout << "5. Read backwards, one event\n";
    after_reading_ = &tour::follow;
    ask(kdb::read_stream{.stream = stream_, .options = {.direction = kdb::backwards, .limit = 1}}, &tour::reading);
  }

  void reading(const kdb::reader_actor& reader) {
    reader_ = reader;
    ask_for(reader_, caf::infinite, kdb::next{}, &tour::read);
  }

  void read(const kdb::event_batch& batch) {
    show(batch);
    if (batch.empty()) // The end of the stream.
      (this->*after_reading_)();
    else
      ask_for(reader_, caf::infinite, kdb::next{}, &tour::read);
  }

  void follow() {
    std::cout << "6. Follow, while another actor appends\n";
    ask(kdb::subscribe_to_stream{.stream = stream_, .subscriber = this}, &tour::following);
  }

  void following(const kdb::subscription_actor& subscription) {
    subscription_ = subscription;
    spawn(writer, db_, stream_);
  }

  void followed(const kdb::event_batch& batch) {
    show(batch);
    for (const auto& event : batch.events())
      if (event.revision() == kdb::stream_revision{5})
        kdb::any_caf::send(this, subscription_, kdb::cancel{});
  } // Returning asks for the next batch.

  void ended(const kdb::subscription_ended& end) {
    std::cout << "7. The end: " << to_string(end) << "\n";
    quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{});
  }

  static void show(const kdb::event_batch& batch) {
    for (const auto& event : batch.events())
      std::cout << "     " << event.revision().value << "  " << event.type() << "  " << event.data() << std::endl;
  }

  /// Asks the client. `then` receives the answer; a failure ends the tour.
  template <class Request, class Answer>
  void ask(Request message, void (tour::*then)(const Answer&)) {
    ask_for(db_, 10s, std::move(message), then);
  }

  template <class Handle, class Timeout, class Request, class Answer>
  void ask_for(const Handle& whom, Timeout timeout, Request message, void (tour::*then)(const Answer&)) {
    kdb::any_caf::request(this, whom, timeout, std::move(message))
      .then([=, this](const Answer& answer) { (this->*then)(answer); }, [this](const caf::error& error) { quit(error); });
  }

  kdb::client_actor db_;
  std::string stream_ = "quickstart-" + kdb::to_string(kdb::random_uuid()).substr(0, 8);
  kdb::reader_actor reader_;
  void (tour::*after_reading_)() = nullptr;
  kdb::subscription_actor subscription_;
};

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto where = std::string{argc > 1 ? argv[1] : node.emplace().connection_string()};
  auto settings = kdb::settings::from_connection_string(where);
  if (!settings) {
    std::cerr << to_string(settings.error()) << "\n";
    return 2;
  }
  std::cout << (node ? "A development node in this process: " : "The server at ") << to_string(*settings) << "\n";

  kdb::owned_system owned;
  caf::scoped_actor self{owned.system()};
  auto db = kdb::spawn_client(owned.system(), *settings);
  if (!db) {
    std::cerr << to_string(db.error()) << "\n";
    return 2;
  }
  self->monitor(self->spawn<tour>(*db));
  int status = 1;
  self->receive([&](const caf::down_msg& down) {
    status = down.reason ? 1 : 0;
    if (down.reason)
      std::cerr << to_string(kdb::error::from(down.reason)) << "\n";
  });
  kdb::any_caf::request(self, *db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return status;
}
