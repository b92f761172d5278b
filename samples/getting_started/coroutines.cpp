// SPDX-License-Identifier: Apache-2.0

// getting_started/coroutines [URI]: the steps of Getting started, in a coroutine of an Asio program.

#include <kdb/async_client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;

asio::awaitable<kdb::result<void>> first_steps(kdb::async_client db) {
  // docs: test
  auto head = co_await db.get_commit_position(asio::use_awaitable);
  if (!head)
    co_return kdb::unexpected(head.error());
  std::cout << "Connected. The commit position is " << head->commit << ".\n";
  // docs: end

  // docs: append
  std::vector<kdb::new_event> events;
  events.push_back(kdb::new_event::json("OrderCreated", R"({"name": "Greg"})"));
  auto done = co_await db.append_to_stream("order-123", kdb::stream_state::no_stream, std::move(events), asio::use_awaitable);
  if (!done)
    co_return kdb::unexpected(done.error());
  // docs: end

  // docs: read
  auto order = db.read_stream("order-123");
  for (;;) {
    auto batch = co_await order.next(asio::use_awaitable);
    if (!batch)
      co_return kdb::unexpected(batch.error());
    if (batch->empty()) // The end of the stream.
      break;
    for (const auto& event : batch->events())
      std::cout << event.revision().value << " " << event.type() << " " << event.data() << "\n";
  }
  // docs: end
  co_return kdb::result<void>{};
}

} // namespace

int main(int argc, char** argv) {
  const std::string uri = argc > 1 ? argv[1] : "kurrentdb://127.0.0.1:2113?tls=false";

  // docs: connect
  asio::io_context io;
  auto db = kdb::async_client::connect(io.get_executor(), uri);
  if (!db) {
    std::cerr << to_string(db.error()) << "\n";
    return 1;
  }
  // docs: end

  // docs: start
  int status = 1;
  asio::co_spawn(io, first_steps(*db), [&](std::exception_ptr, kdb::result<void> outcome) {
    if (outcome)
      status = 0;
    else
      std::cerr << to_string(outcome.error()) << "\n";
  });
  io.run();
  // docs: end
  return status;
}
