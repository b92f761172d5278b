// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <kdb/actors.hpp>

#include "tests/fixtures/node.hpp"
#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

namespace kdb::integration {

namespace {

using namespace std::chrono_literals;

struct slow_state {
  static inline const char* name = "billing";
};

caf::behavior slow(caf::stateful_actor<slow_state>*) {
  return {[](const event_batch&) { std::this_thread::sleep_for(30ms); }, [](const subscription_ended&) {}};
}

struct lines {
  std::mutex mutex;
  std::vector<std::string> all;

  bool contain(std::string_view text) {
    std::lock_guard lock{mutex};
    return std::ranges::any_of(all, [&](const auto& line) { return line.find(text) != std::string::npos; });
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_slow_subscriber_is_named_in_the_log) {
  const fixtures::node node;
  lines log;
  owned_system system;
  auto config = fixtures::settings_for(node.connection_string());
  config.log = [&](log_level, std::string_view line) {
    std::lock_guard lock{log.mutex};
    log.all.emplace_back(line);
  };
  const auto db = spawn_client(system.system(), config).value();
  caf::scoped_actor self{system.system()};
  const auto receiver = self->spawn(slow);
  any_caf::request(self, db, caf::infinite,
                   kdb::subscribe_to_stream{.stream = "orders", .subscriber = receiver, .options = {.slow_after = 10ms}})
    .receive([](const subscription_actor&) {}, [](const caf::error& cause) { BOOST_FAIL(error::from(cause).message); });
  any_caf::request(self, db, caf::infinite,
                   kdb::append_to_stream{.stream = "orders", .events = {new_event::json("placed", "{}")}})
    .receive([](const append_result&) {}, [](const caf::error& cause) { BOOST_FAIL(error::from(cause).message); });
  const auto name = "the subscriber billing#" + std::to_string(receiver.id()) + " took ";
  fixtures::wait_until("the warning",
                       [&] { return log.contain(name) && log.contain(" ms for a batch of the subscription to orders"); });
  any_caf::request(self, db, caf::infinite, kdb::close{}).receive([] {}, [](const caf::error&) {});
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

} // namespace kdb::integration
