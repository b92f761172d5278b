// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/async_client.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "tests/fixtures/wait.hpp"
#include <kdb/devnode.hpp>

namespace kdb::test {

namespace {

namespace asio = boost::asio;

/// How long it takes until so many operations that start at once are done.
std::chrono::duration<double> time_of(int operations, const std::string& uri) {
  asio::io_context io;
  auto db = async_client::connect(io.get_executor(), uri).value();
  auto done = 0;
  const fixtures::stopwatch since;
  for (auto i = 0; i < operations; ++i) {
    std::vector<new_event> events;
    events.push_back(new_event::json("t", "{}"));
    db.append_to_stream("s" + std::to_string(i % 100), stream_state::any, std::move(events),
                        [&](const result<append_result>&) { ++done; });
  }
  io.run();
  BOOST_TEST(done == operations);
  return since.elapsed();
}

} // namespace

BOOST_AUTO_TEST_CASE(many_operations_at_once_take_linear_time) {
  const devnode node;
  const auto uri = node.connection_string();
  time_of(1'000, uri);
  const auto few = time_of(10'000, uri), many = time_of(100'000, uri);
  // Ten times as long, if it is linear; a hundred times, if it is quadratic.
  BOOST_TEST(many / few < 30);
}

} // namespace kdb::test
