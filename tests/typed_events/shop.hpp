// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/typed_events.hpp>

#include "libkdb/values/recorded_event_builder.hpp"
#include "libkdb/wire/batch_storage.hpp"

// Events of a shop, and batches of them without a server.
namespace shop {

/// Version 1 had a `sku` and no quantity, version 2 a quantity.
struct order_placed {
  std::string item;
  int quantity = 1;
  static constexpr kdb::event_schema schema{"order-placed", [](nlohmann::json& data) { data["quantity"] = 1; },
                                            [](nlohmann::json& data) { data["item"] = data.at("sku"); }};
  friend bool operator==(const order_placed&, const order_placed&) = default;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(order_placed, item, quantity)
};

/// A type that knows nothing of events.
struct order_shipped {
  std::string carrier;
  friend bool operator==(const order_shipped&, const order_shipped&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(order_shipped, carrier)

/// An event without data.
struct shop_closed {
  static constexpr kdb::event_schema schema{"shop-closed"};
  friend bool operator==(const shop_closed&, const shop_closed&) = default;
};

} // namespace shop

template <>
inline constexpr auto kdb::schema_of<shop::order_shipped> = kdb::event_schema{"order-shipped"};

namespace shop {

inline kdb::new_event event(std::string type, std::string data, std::string metadata = {}) {
  return kdb::new_event::json(std::move(type), std::move(data), std::move(metadata));
}

/// The events as a server would deliver them, in the stream "orders" from revision 0 on.
inline kdb::event_batch batch_of(const std::vector<kdb::new_event>& events) {
  auto storage = std::make_shared<kdb::batch_storage>(kdb::batch_storage::expectation{});
  for (std::uint64_t revision = 0; const auto& each : events) {
    const auto text = each.type + each.data + each.metadata;
    const auto room = storage->reserve(text.size());
    std::ranges::copy(text, room.begin());
    const std::string_view kept{room.data(), room.size()};
    const auto type = kept.substr(0, each.type.size()), data = kept.substr(type.size(), each.data.size());
    kdb::recorded_event_builder built;
    built.stream("orders").type(type).data(data).metadata(kept.substr(type.size() + data.size()));
    built.content_type(each.content_type).id(each.id).revision(kdb::stream_revision{revision++});
    storage->push(kdb::resolved_event{storage->keep(built.build()), nullptr});
  }
  return kdb::event_batch{std::move(storage)};
}

} // namespace shop
