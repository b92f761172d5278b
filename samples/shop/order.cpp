// SPDX-License-Identifier: Apache-2.0

#include "order.hpp"

#include <boost/uuid/name_generator_sha1.hpp>

#include <charconv>

namespace shop {

namespace {

/// A rule of the shop forbids it. Not a failure of the database.
kdb::unexpected refused(const char* reason) {
  return kdb::unexpected{kdb::errc::invalid_argument, reason};
}

} // namespace

// docs: apply
order apply(order before, std::string_view type, std::string_view data) {
  if (type == "order-placed") {
    before.status = order_status::placed;
    std::from_chars(data.data(), data.data() + data.size(), before.total); // The data are a JSON number.
  } else if (type == "order-paid") {
    before.status = order_status::paid;
  } else if (type == "order-shipped") {
    before.status = order_status::shipped;
  }
  return before;
}

order replay(const kdb::event_list& history) {
  order now;
  for (const auto& event : history)
    now = apply(now, event.type(), event.data());
  return now;
}
// docs: end

// docs: decide
decision decide(const order& now, const place_order& command) {
  if (now.status != order_status::unknown)
    return refused("there is an order with that number");
  return std::vector{kdb::new_event::json("order-placed", std::to_string(command.total))};
}

decision decide(const order& now, const pay_order& command) {
  if (now.status == order_status::unknown)
    return refused("there is no such order");
  if (now.status != order_status::placed)
    return refused("the order is paid already");
  if (now.total != command.amount)
    return refused("the amount is not the total of the order");
  return std::vector{kdb::new_event::json("order-paid", std::to_string(command.amount))};
}

decision decide(const order& now, const ship_order& command) {
  if (now.status == order_status::shipped)
    return std::vector<kdb::new_event>{}; // Done already: the command arrived twice.
  if (now.status != order_status::paid)
    return refused("only paid orders are shipped");
  auto shipped = kdb::new_event::json("order-shipped", "{}");
  // The same cause makes the same id, so that the server recognizes the event if it is appended again.
  shipped.id = boost::uuids::name_generator_sha1{command.cause}("order-shipped");
  return std::vector{std::move(shipped)};
}
// docs: end

} // namespace shop
