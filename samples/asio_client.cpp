// SPDX-License-Identifier: Apache-2.0

// asio_client [URI]: a coroutine of an Asio program appends, reads and follows.

#include <kdb/async_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <iostream>
#include <optional>

#include <kdb/devnode.hpp>

namespace {

namespace asio = boost::asio;

void report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
}

// docs: coroutine
asio::awaitable<void> follow(kdb::async_client db, std::string stream, bool& received) {
  std::vector<kdb::new_event> events;
  events.push_back(kdb::new_event::json("order-placed", "{}"));
  auto done = co_await db.append_to_stream(stream, kdb::stream_state::no_stream, std::move(events), asio::use_awaitable);
  if (!done)
    co_return report(done.error());

  kdb::subscribe_to_stream_options options;
  auto orders = co_await db.subscribe_to_stream(stream, options, asio::use_awaitable);
  if (!orders)
    co_return report(orders.error());
  while (!received) {
    auto batch = co_await orders->next(asio::use_awaitable); // Asking lets the server send more.
    if (!batch)
      co_return report(batch.error());
    for (const auto& event : batch->events())
      std::cout << event.revision().value << " " << event.type() << "\n";
    received = !batch->events().empty();
  }
}
// docs: end

} // namespace

int main(int argc, char** argv) {
  std::optional<kdb::devnode> node;
  const std::string uri = argc > 1 ? argv[1] : node.emplace().connection_string();
  asio::io_context io;
  auto received = false;
  auto db = kdb::async_client::connect(io.get_executor(), uri);
  if (!db)
    return report(db.error()), 1;
  asio::co_spawn(io, follow(*db, "orders-" + kdb::to_string(kdb::random_uuid()), received), asio::detached);
  io.run();
  return received ? 0 : 1;
}
