// SPDX-License-Identifier: Apache-2.0

#include "shipping.hpp"

#include <caf/response_promise.hpp>

#include <chrono>
#include <memory>
#include <utility>

using namespace std::chrono_literals;

namespace shop {

namespace {

/// Sends a command for each paid order of a batch. When all are answered it stores the place, and asks for the next batch.
class shipping_of_batch : public std::enable_shared_from_this<shipping_of_batch> {
public:
  shipping_of_batch(caf::event_based_actor* self, kdb::event_batch batch, std::shared_ptr<kdb::checkpointer> place)
    : self_{self}, batch_{std::move(batch)}, place_{std::move(place)}, credit_{self->make_response_promise()} {}

  caf::response_promise start(const order_service_actor& service, const category& orders) {
    for (const auto& event : batch_.events())
      if (event.type() == "order-paid") {
        ++open_;
        kdb::any_caf::request(self_, service, 30s, ship_order{std::string{event.stream().substr(orders.size())}, event.id()})
          .then([me = shared_from_this()] { me->shipped(); }, [self = self_](const caf::error& error) { self->quit(error); });
      }
    if (open_ == 0)
      done();
    return credit_;
  }

private:
  void shipped() {
    if (--open_ == 0)
      done();
  }

  void done() {
    if (auto stored = place_->handled(batch_); !stored)
      self_->quit(kdb::to_caf(stored.error()));
    else
      credit_.deliver(caf::unit);
  }

  caf::event_based_actor* self_;
  kdb::event_batch batch_;
  std::shared_ptr<kdb::checkpointer> place_;
  caf::response_promise credit_;
  std::size_t open_ = 0;
};

} // namespace

// docs: shipping
caf::behavior shipping(caf::event_based_actor* self, kdb::client_actor db, order_service_actor service, category orders,
                       std::shared_ptr<kdb::checkpoint_store> store) {
  // Stores its place seldom. After a crash some events come again, and their commands too: the service recognizes them.
  const kdb::checkpointer::rhythm rhythm{.items = 20};
  const auto place = std::make_shared<kdb::checkpointer>(*store, "shipping", kdb::followed::all, rhythm);
  const auto from = place->resume();
  if (!from) {
    self->quit(kdb::to_caf(from.error()));
    return {};
  }
  kdb::subscribe_to_all follow{.subscriber = self, .options = {.filter = kdb::event_filter::stream_prefixes({orders})}};
  if (*from)
    follow.options.from = std::get<kdb::log_position>(**from);
  kdb::any_caf::request(self, db, 10s, std::move(follow))
    .then([](const kdb::subscription_actor&) {}, [=](const caf::error& error) { self->quit(error); });
  return {
    [=](const kdb::event_batch& batch) {
      return std::make_shared<shipping_of_batch>(self, batch, place)->start(service, orders);
    },
    [=, keep = store](const kdb::subscription_ended& end) { self->quit(end.cause ? kdb::to_caf(*end.cause) : caf::error{}); },
  };
}
// docs: end

} // namespace shop
