// SPDX-License-Identifier: Apache-2.0

// getting_started/blocking [URI]: the steps of Getting started, blocking: connects, tests the connection, appends an event, reads it.

#include <kdb/client.hpp>

#include <iostream>
#include <string>

namespace {

int report(const kdb::error& error) {
  std::cerr << to_string(error) << "\n";
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::string uri = argc > 1 ? argv[1] : "kurrentdb://127.0.0.1:2113?tls=false";

  // docs: connect
  auto db = kdb::client::connect(uri);
  if (!db)
    return report(db.error());
  // docs: end

  // docs: test
  auto head = db->get_commit_position();
  if (!head)
    return report(head.error());
  std::cout << "Connected. The commit position is " << head->commit << ".\n";
  // docs: end

  // docs: append
  auto done = db->append_to_stream("order-123", kdb::stream_state::no_stream,
                                   {kdb::new_event::json("OrderCreated", R"({"name": "Greg"})")});
  if (!done)
    return report(done.error());
  // docs: end

  // docs: read
  auto order = db->read_stream("order-123");
  for (const auto& event : order.events())
    std::cout << event.revision().value << " " << event.type() << " " << event.data() << "\n";
  if (auto end = order.finish(); !end)
    return report(end.error());
  // docs: end
  return 0;
}
