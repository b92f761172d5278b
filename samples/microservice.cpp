// SPDX-License-Identifier: Apache-2.0

// microservice [URI]: an actor follows orders and writes exactly one invoice for each, although it is killed while it works.

#include <kdb/actors.hpp>
#include <kdb/devnode.hpp>

#include <boost/uuid/name_generator_sha1.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: service
/// The id of a result: a name-based (version 5) UUID in the namespace of the source event. Handling the same order again makes
/// the same id, so that the server can deduplicate it.
kdb::uuid derived_id(const kdb::uuid& source, const char* purpose) {
  return boost::uuids::name_generator_sha1{source}(purpose);
}

/// Order n becomes invoice n, so the last invoice says where to resume.
caf::behavior invoicing(caf::stateful_actor<kdb::stream_state>* self, kdb::client_actor db, std::string orders,
                        std::string invoices) {
  auto& written = kdb::any_caf::state_of(self);                            // The state of the stream of invoices.
  const auto failed = [=](const caf::error& error) { self->quit(error); }; // Its supervisor starts another one.
  kdb::any_caf::request(self, db, 10s, kdb::get_current_version{invoices})
    .then(
      [=, &written](const std::optional<kdb::stream_revision>& last) {
        written = last ? kdb::stream_state{*last} : kdb::stream_state::no_stream;
        const auto from = last ? kdb::stream_position{*last} : kdb::stream_start;
        kdb::any_caf::request(self, db, 10s, kdb::subscribe_to_stream{orders, kdb::subscriber{self}, {.from = from}})
          .then([](const kdb::subscription_actor&) {}, failed);
      },
      failed);
  return {
    [=, &written](const kdb::event_batch& batch) -> caf::result<void> {
      kdb::append_to_stream results{invoices, written, {}, {.call = {.deadline = 10s, .retry = 10}}};
      for (const auto& order : batch.events()) {
        results.events.push_back(kdb::new_event::json("invoice-written", std::string{order.data()}));
        results.events.back().id = derived_id(order.id(), "invoice");
      }
      caf::response_promise credit = self->make_response_promise();
      if (results.events.empty()) // Caught up.
        credit.deliver(caf::unit);
      else
        kdb::any_caf::request(self, db, caf::infinite, std::move(results))
          .then(
            [=, &written](const kdb::append_result& done) mutable {
              written = *done.revision;
              credit.deliver(caf::unit);
            },
            failed);
      return credit;
    },
    [=](const kdb::subscription_ended& end) { self->quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{}); },
  };
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  auto settings = kdb::settings::from_connection_string(argc > 1 ? argv[1] : node.emplace().connection_string()).value();
  kdb::owned_system owned;
  caf::scoped_actor self{owned.system()};
  auto db = kdb::spawn_client(owned.system(), settings).value();
  const auto run = kdb::to_string(kdb::random_uuid()), orders = "orders-" + run, invoices = "invoices-" + run;
  caf::actor service;
  const auto start = [&] {
    service = self->spawn(invoicing, db, orders, invoices);
    self->monitor(service);
  };
  const auto restart = [&](const caf::down_msg&) { start(); };
  start();

  constexpr std::size_t count = 400;
  for (std::size_t i = 0; i < count; ++i) {
    kdb::append_to_stream order{orders};
    order.events.push_back(kdb::new_event::json("order-placed", std::to_string(i)));
    kdb::any_caf::request(self, db, 10s, std::move(order)).receive([](const kdb::append_result&) {}, [](const caf::error&) {});
    if (i % 50 == 25) { // At any point of its work.
      self->send_exit(service, caf::exit_reason::kill);
      self->receive(restart);
    }
  }
  std::size_t written = 0;
  auto complete = true;
  while (complete && written < count) {
    // A service ends if an append of its predecessor arrived first. The next one starts from the new state.
    self->receive(
      restart, caf::after(20ms) >> [] {});
    kdb::any_caf::request(self, db, 10s, kdb::read_stream_to_end{invoices})
      .receive(
        [&](const kdb::event_list& all) {
          written = all.size();
          for (std::size_t i = 0; i < written; ++i)
            complete = complete && all[i].data() == std::to_string(i);
        },
        [](const caf::error&) {});
  }
  kdb::any_caf::request(self, db, 10s, kdb::close{}).receive([] {}, [](const caf::error&) {});
  std::cout << (complete ? "one invoice for each order\n" : "invoices are missing or doubled\n");
  return complete ? 0 : 1;
}
