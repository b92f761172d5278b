// quickstart [URI]: the tour that every KurrentDB guide takes, by an actor. Without URI on a development node in this process.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: writer
/// Appends three events, each by itself, and is done.
caf::behavior writer(caf::event_based_actor* self, kdb::client_actor db, std::string stream) {
  for (auto sku : {"7", "8", "9"})
    self->request(db, 5s, kdb::append_to_stream{.stream = stream, .events = {kdb::new_event::json("order-paid", sku)}})
      .then([](const kdb::append_result&) {}, [=](const caf::error& why) { self->quit(why); });
  return {};
}
// docs: end

class tour : public caf::event_based_actor {
public:
  tour(caf::actor_config& config, kdb::client_actor db) : caf::event_based_actor{config}, db_{std::move(db)} {}

private:
  caf::behavior make_behavior() override {
    connect();
    return {
      [this](const kdb::event_batch& batch) { followed(batch); },
      [this](const kdb::subscription_ended& end) { ended(end); },
    };
  }

  void connect() {
    request(db_, 10s, kdb::await_connected{}).then([this](const kdb::connected& to) {
      std::cout << "1. Connected to " << to_string(to.node) << ", version " << to.server_version << "\n";
      test();
    }, failed_);
  }

  void test() {
    request(db_, 5s, kdb::head_position{}).then([this](kdb::log_position head) {
      std::cout << "2. It answers: the last event in $all is at " << to_string(head) << "\n";
      append();
    }, failed_);
  }

  void append() {
    request(db_, 5s, kdb::append_to_stream{.stream = stream_,
                                           .expected = kdb::stream_state::no_stream,
                                           .events = {kdb::new_event::json("order-placed", R"({"sku": 7})"),
                                                      kdb::new_event::json("order-placed", R"({"sku": 8})"),
                                                      kdb::new_event::json("order-placed", R"({"sku": 9})")}})
      .then([this](const kdb::append_result& appended) {
        std::cout << "3. Appended to " << stream_ << ": " << to_string(appended) << "\n4. Read forwards\n";
        read({.direction = kdb::forwards}, [this] {
          std::cout << "5. Read backwards, one event\n";
          read({.direction = kdb::backwards, .limit = 1}, [this] { follow(); });
        });
      }, failed_);
  }

  void read(kdb::read_stream_options how, std::function<void()> then) {
    request(db_, 5s, kdb::read_stream{.stream = stream_, .options = how})
      .then([=, this](kdb::reader_actor reader) { read_on(reader, then); }, failed_);
  }

  void read_on(kdb::reader_actor reader, std::function<void()> then) {
    request(reader, caf::infinite, kdb::next{}).then([=, this](const kdb::event_batch& batch) {
      if (batch.empty())
        return then();
      show(batch);
      read_on(reader, then);
    }, failed_);
  }

  void follow() {
    std::cout << "6. Follow, while another actor appends\n";
    request(db_, 5s, kdb::subscribe_to_stream{.stream = stream_, .subscriber = this})
      .then([this](kdb::subscription_actor subscription) {
        subscription_ = subscription;
        spawn(writer, db_, stream_);
      }, failed_);
  }

  void followed(const kdb::event_batch& batch) {
    show(batch); // Returning asks for the next batch.
    for (const auto& event : batch.events())
      if (event.revision() == kdb::stream_revision{5})
        send(subscription_, kdb::cancel{});
  }

  void ended(const kdb::subscription_ended& end) {
    if (end.cause)
      return failed_(kdb::to_caf(*end.cause));
    std::cout << "7. " << to_string(end) << "\n";
    quit();
  }

  static void show(const kdb::event_batch& batch) {
    for (const auto& event : batch.events())
      std::cout << "     " << event.revision().value << "  " << event.type() << "  " << event.data() << std::endl;
  }

  kdb::client_actor db_;
  std::string stream_ = "quickstart-" + kdb::to_string(kdb::random_uuid()).substr(0, 8);
  kdb::subscription_actor subscription_;
  std::function<void(const caf::error&)> failed_ = [this](const caf::error& why) { quit(why); };
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
  auto guide = self->spawn<tour, caf::monitored>(*db);
  int status = 1;
  self->receive([&](const caf::down_msg& down) {
    status = down.reason ? 1 : 0;
    if (down.reason)
      std::cerr << to_string(kdb::error::from(down.reason)) << "\n";
  });
  self->request(*db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  return status;
}
