// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE outcome
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <future>
#include <ostream>
#include <string>
#include <vector>

#include <kdb/client.hpp>
#include <kdb/devnode.hpp>

#include "libkdb/wire/operation.hpp"
#include "tests/fixtures/sample_request.hpp"
#include "tests/hostile/failing_server.hpp"

// Certainly not written means just that: whatever becomes of the reply, a write that was carried out is never told as one that was not.

using namespace kdb;
using namespace std::chrono_literals;

namespace {

settings to(const hostile::failing_server& server) {
  settings plain;
  plain.endpoints = {{"127.0.0.1", server.port()}};
  plain.tls.enabled = false;
  plain.credentials_in_clear = true;
  return plain;
}

call_options quick() {
  return {.deadline = 400ms};
}

/// A kind of write. A name in it says how its reply fails.
struct write {
  const char* name;
  result<void> (*send)(client& db, const std::string& marked);
  friend std::ostream& operator<<(std::ostream& out, const write& one) { return out << one.name; }
};

result<void> without_value(const auto& outcome) {
  if (outcome)
    return {};
  return unexpected(outcome.error());
}

/// Puts the name into the request, wherever it has one.
template <class Request>
constexpr bool can_be_marked = requires(Request r) {
  r.stream = "s";
}
|| requires(Request r) {
  r.group = "g";
}
|| requires(Request r) {
  r.name;
}
|| requires(Request r) {
  r.login_name;
}
|| requires(Request r) {
  r.query;
}
|| requires(Request r) {
  r.id;
}
|| requires(Request r) {
  r.appends;
}
|| requires(Request r) {
  r.records;
};

template <class Request>
void mark(Request& request, const std::string& name) {
  if constexpr (requires { request.stream = name; })
    request.stream = name;
  else if constexpr (requires { request.group = name; })
    request.group = name;
  else if constexpr (requires { request.name.stream = name; })
    request.name.stream = name;
  else if constexpr (requires { request.name = name; })
    request.name = name;
  else if constexpr (requires { request.login_name = name; })
    request.login_name = name;
  else if constexpr (requires { request.query = name; })
    request.query = name;
  else if constexpr (requires { request.id = name; })
    request.id = name;
  else if constexpr (requires { request.appends; })
    request.appends.front().stream = name;
  else
    request.records.front().stream = name;
}

template <class Request>
result<void> send(client& db, const std::string& marked, call_options call) {
  auto request = fixtures::sample_request<Request>();
  mark(request, marked);
  wire::call_of(request) = std::move(call);
  return without_value(db.ask(std::move(request)));
}

template <class Request>
result<void> send_quickly(client& db, const std::string& marked) {
  return send<Request>(db, marked, quick());
}

result<void> append_with_credentials(client& db, const std::string& marked) {
  auto call = quick();
  call.credentials = credentials::basic("ann", "secret");
  return without_value(db.append_to_stream(marked, stream_state::no_stream, {new_event::json("t", "{}")}, {call}));
}

result<void> append_in_a_batch(client& db, const std::string& marked) {
  return without_value(db.append_to_stream(marked, stream_state::no_stream, {new_event::json("t", "{}")}, {quick()}));
}

/// Writes of one call whose request has a name in it. Those of two calls begin with a read.
template <class Request>
void add(std::vector<write>& to, const char* name) {
  if constexpr (can_be_marked<Request>)
    if (const auto how = wire::describe<Request>(); how.effect != wire::effect::read && how.second_method.empty())
      to.push_back({name, send_quickly<Request>});
}

const auto writes = [] {
  std::vector<write> all{{"a batched append", append_in_a_batch},
                         {"an append with credentials of its own", append_with_credentials},
                         {"set_stream_metadata", send_quickly<set_stream_metadata>}};
#define KDB_X(request) add<request>(all, #request);
  KDB_CALLS(KDB_X)
#undef KDB_X
  return all;
}();

std::vector<std::string> ways() {
  std::vector<std::string> all{"close",
                               "goaway",
                               "metadata-70000",
                               "metadata-400000",
                               "metadata-20000000",
                               "headers-70000",
                               "headers-20000000",
                               "status-99",
                               "status-abc",
                               "status-",
                               "no-trailers",
                               "large",
                               "compressed",
                               "garbage",
                               "empty",
                               "silence"};
  for (int code = 0; code <= 13; ++code)
    if (code != 7) { // REFUSED_STREAM says that nothing was done.
      all.push_back("rst-" + std::to_string(code));
      all.push_back("late-rst-" + std::to_string(code));
    }
  for (const auto status : {"100", "204", "301", "400", "401", "403", "404", "408", "429", "500", "502", "503", "504"})
    all.push_back(std::string{"http-"} + status);
  return all;
}

} // namespace

BOOST_DATA_TEST_CASE(a_write_that_was_carried_out_is_never_told_as_one_that_was_not, boost::unit_test::data::make(writes), one) {
  hostile::failing_server server;
  for (const auto& way : ways()) {
    auto db = *client::connect(to(server)); // Another one would pause before it comes back to a node that it has lost.
    const auto stream = "s-fail=" + way + ";" + to_string(random_uuid());
    const auto outcome = one.send(db, stream);
    if (outcome) {
      // Told as done, which it is.
      BOOST_TEST(server.has_written(stream), way);
      continue;
    }
    BOOST_TEST((outcome.error().outcome_unknown || !server.has_written(stream)), way << ": " << to_string(outcome.error()));
  }
}

BOOST_DATA_TEST_CASE(what_the_server_itself_refuses_is_known_not_to_be_written, boost::unit_test::data::make(writes), one) {
  hostile::failing_server server;
  auto db = *client::connect(to(server));
  for (const auto code : {3, 5, 6, 7, 9, 12, 16}) {
    const auto outcome = one.send(db, "s-fail=refuse-" + std::to_string(code) + ";");
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(!outcome.error().outcome_unknown, code << ": " << to_string(outcome.error()));
  }
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_too_large_harms_only_its_own_call) {
  hostile::failing_server server;
  auto db = *client::connect(to(server));
  // It waits for its reply all the while.
  auto patient = std::async(std::launch::async, [&] {
    auto call = quick();
    call.deadline = 4s;
    return db.tombstone_stream("s-fail=silence;", stream_state::any, {call});
  });
  for (int i = 0; i < 20; ++i) {
    // gRPC 1.51 closes the connection when a call is given up between two frames of its headers, so these calls have time to end.
    const auto outcome = send<append_records>(db, "s-fail=metadata-20000000;" + std::to_string(i), {.deadline = 30s});
    BOOST_TEST(!outcome);
  }
  const auto waited = patient.get();
  BOOST_REQUIRE(!waited);
  BOOST_TEST((waited.error().code == errc::deadline_exceeded), to_string(waited.error()));
}

BOOST_AUTO_TEST_CASE(five_thousand_failed_checks_are_all_told_and_harm_nobody_else) {
  devnode node;
  auto db = *client::connect(node.connection_string());
  constexpr std::size_t count = 5'000;
  std::vector<consistency_check> checks;
  for (std::size_t i = 0; i < count; ++i)
    checks.push_back({.stream = "account-with-a-normal-name-" + std::to_string(i), .expected = consistency_check::state::exists});
  std::atomic<bool> over{false};
  auto innocent = std::async(std::launch::async, [&] {
    std::size_t failed = 0;
    while (!over)
      failed += !db.append_to_stream("innocent", stream_state::any, {new_event::json("t", "{}")});
    return failed;
  });
  for (int i = 0; i < 20; ++i) {
    const auto outcome = db.append_records({{"x", {.schema_name = "t", .data = "{}"}}}, checks);
    BOOST_REQUIRE(!outcome);
    BOOST_TEST((outcome.error().code == errc::consistency_violation), to_string(outcome.error()));
    BOOST_TEST(!outcome.error().outcome_unknown);
    const auto* told = outcome.error().get<violations>();
    BOOST_REQUIRE(told);
    BOOST_TEST(told->all.size() == count);
  }
  over = true;
  BOOST_TEST(innocent.get() == 0u);
}
