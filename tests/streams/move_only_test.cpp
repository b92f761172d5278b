// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include <kdb/async_client.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "tests/fixtures/sample_request.hpp"
#include "tests/fixtures/server.hpp"

// Completion handlers that can only be moved: for every operation of the list and for every stream of the Asio client.

using namespace kdb;
using namespace std::chrono_literals;

namespace {

struct fixture {
  /// Calls `then` with what an operation completes with, if it completes once.
  template <class Then>
  auto handler(std::string name, Then then) {
    BOOST_TEST(started.insert(name).second, name);
    auto completed = [this, name](auto&& outcome, Then& next) {
      BOOST_TEST(done.insert(name).second, name);
      next(std::forward<decltype(outcome)>(outcome));
    };
    return
      [completed, then = std::make_unique<Then>(std::move(then))](auto outcome) mutable { completed(std::move(outcome), *then); };
  }
  auto handler(std::string name) {
    return handler(std::move(name), [](auto&&) {});
  }

  void run() {
    io.run_for(60s);
    BOOST_TEST(done == started, boost::test_tools::per_element());
  }

  fixtures::server server;
  const std::string stream = fixtures::own_names{}("s");
  boost::asio::io_context io;
  async_client db = *async_client::connect(io.get_executor(), server.settings());
  std::set<std::string> started, done;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(move_only_handlers, fixture)

// Some would end a server, or change it for others.
BOOST_AUTO_TEST_CASE(every_operation_of_the_list_takes_one, *fixtures::needs_own_node()) {
#define KDB_X(request) db.ask(fixtures::sample_request<request>(), handler(#request));
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
  run();
}

BOOST_AUTO_TEST_CASE(every_stream_takes_one) {
  auto reading = db.read_stream(stream), all = db.read_all();
  reading.next(handler("next of a reading"));
  all.next(handler("next of all"));
  std::optional<async_subscription> of_stream, of_all;
  const auto follow = [&](std::string name, std::optional<async_subscription>& into) {
    return handler(name, [this, name, &into](result<async_subscription> followed) {
      into.emplace(std::move(followed.value()));
      into->next(handler("next of " + name, [&into](const result<event_batch>& batch) {
        BOOST_TEST(batch.has_value());
        into.reset();
      }));
    });
  };
  db.subscribe_to_stream(stream, {}, follow("subscribe_to_stream", of_stream));
  db.subscribe_to_all({}, follow("subscribe_to_all", of_all));
  std::optional<async_statistics_watch> watch;
  db.watch_statistics({}, handler("watch_statistics", [&](result<async_statistics_watch> started_watch) {
                        watch.emplace(std::move(started_watch.value()));
                        watch->next(handler("next of a watch", [&](const result<server_statistics>& sample) {
                          BOOST_TEST(sample.has_value());
                          watch.reset();
                        }));
                      }));
  run();
}

BOOST_AUTO_TEST_CASE(a_consumer_takes_one) {
  std::optional<async_consumer> consumer;
  const auto answered = [&](const result<consumer_batch>& batch) {
    BOOST_TEST_REQUIRE(batch.has_value());
    consumer->ack(*batch, handler("ack"));
    consumer->nack(*batch, nack_action::skip, "", handler("nack"));
    consumer->answer(*batch, batch_outcomes::all(outcome::ack()), handler("answer of a batch"));
    consumer->answer({(*batch->begin()).token}, outcome::ack(), handler("answer of events", [&](const result<ack_result>&) {
                       consumer.reset();
                       db.close(handler("close"));
                     }));
  };
  const auto consume = [&](const result<void>&) {
    db.consume({stream, "g"}, {}, handler("consume", [&](result<async_consumer> started_consumer) {
                 consumer.emplace(std::move(started_consumer.value()));
                 consumer->next(handler("next of a consumer", answered));
               }));
  };
  db.append_to_stream(
    stream, stream_state::any, {new_event::json("t", "{}")},
    handler("append", [&](const result<append_result>&) { db.create_group(stream, "g", handler("create_group", consume)); }));
  run();
}

BOOST_AUTO_TEST_SUITE_END()
