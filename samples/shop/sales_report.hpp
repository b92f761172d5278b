// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "order.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <kdb/actors.hpp>
#include <kdb/checkpoint_store.hpp>

namespace shop {

/// The read model: one row for each order. Handling an event twice leaves the same row, so it may be delivered again after a crash.
struct sales {
  std::map<std::string, order, std::less<>> orders;

  int paid_orders() const;
  int revenue() const; ///< Of paid orders, in cents.
};

void save(const sales& rows, const std::filesystem::path& file);
sales load_sales(const std::filesystem::path& file);

/// Asks the report for its present rows.
struct get_sales {};

struct report_state {
  sales rows;
  std::unique_ptr<kdb::checkpointer> place;
};

/// Keeps the read model in a file, and its place in the store. Answers `get_sales`.
caf::behavior sales_report(caf::stateful_actor<report_state>* self, kdb::client_actor db, category orders,
                           std::shared_ptr<kdb::checkpoint_store> store, std::filesystem::path file);

} // namespace shop

KDB_ACTOR_MESSAGES(shop_report, 210, shop::get_sales, shop::sales)
