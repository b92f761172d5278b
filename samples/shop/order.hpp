// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/event.hpp>
#include <kdb/event_list.hpp>
#include <kdb/result.hpp>

// The aggregate: what an order is, and which rules it keeps. Pure functions over values; nothing here knows of actors or of a database.
namespace shop {

/// The prefix of all streams of orders of one shop: "order7-" for instance. Each order is a stream.
using category = std::string;

enum class order_status : std::uint8_t { unknown, placed, paid, shipped };

/// An order as its events have made it.
struct order {
  order_status status = order_status::unknown;
  int total = 0; ///< In cents.
};

// docs: commands
struct place_order {
  std::string id;
  int total = 0;
};
struct pay_order {
  std::string id;
  int amount = 0;
};
struct ship_order {
  std::string id;
  kdb::uuid cause{}; ///< The event that led to this command.
};
// docs: end

/// The order after one more event. Unknown events change nothing.
order apply(order before, std::string_view type, std::string_view data);

/// The order that a stream describes.
order replay(const kdb::event_list& history);

using decision = kdb::result<std::vector<kdb::new_event>>;

/// The events that a command leads to. None if the command has been carried out already; an error if a rule forbids it.
decision decide(const order& now, const place_order& command);
decision decide(const order& now, const pay_order& command);
decision decide(const order& now, const ship_order& command);

} // namespace shop
