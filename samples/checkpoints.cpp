// SPDX-License-Identifier: Apache-2.0

// checkpoints [URI]: follows $all through a filter, and stores its place in a file. The second run continues from there.

#include <kdb/checkpoint_store.hpp>
#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include <filesystem>
#include <iostream>
#include <optional>

using namespace std::chrono_literals;

namespace {

// docs: checkpoints
/// Handles the existing events, and returns when the subscription has caught up.
kdb::result<void> follow(kdb::client& db, kdb::checkpoint_store& store) {
  kdb::checkpointer points{store, "orders-report", kdb::followed::all};
  auto from = points.resume();
  if (!from)
    return kdb::unexpected(from.error());
  kdb::subscribe_to_all_options options{.filter = kdb::event_filter::stream_prefixes({"orders-"})};
  if (*from)
    options.from = std::get<kdb::log_position>(**from);
  auto orders = db.subscribe_to_all(options);
  if (!orders)
    return kdb::unexpected(orders.error());
  for (auto live = false; !live;) {
    auto batch = orders->next(5s);
    if (!batch)
      return kdb::unexpected(batch.error());
    for (const auto& item : *batch) {
      if (const auto* event = std::get_if<kdb::resolved_event>(&item))
        std::cout << event->stream() << " " << event->type() << "\n"; // First handle the item,
      if (auto kept = points.handled(item); !kept)                    // then report it.
        return kept;
      live |= std::holds_alternative<kdb::caught_up>(item);
    }
  }
  return points.flush();
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  const auto folder = std::filesystem::temp_directory_path() / ("kdb-sample-" + kdb::to_string(kdb::random_uuid()));
  const auto store = kdb::file_checkpoint_store(folder);
  auto db = kdb::client::connect(uri);
  auto end = db.transform([](auto&) {});
  for (auto run = 0; run < 2 && end; ++run) // The second one handles only the second order.
    end =
      db->append_to_stream("orders-" + std::to_string(run), kdb::stream_state::any, {kdb::new_event::json("order-placed", "{}")})
        .and_then([&](auto&&) { return follow(*db, *store); });
  std::filesystem::remove_all(folder);
  if (!end)
    std::cerr << to_string(end.error()) << "\n";
  return end ? 0 : 1;
}
