// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <ostream>
#include <vector>

#include "tests/actors/client_fixture.hpp"
#include "tests/fixtures/sample_request.hpp"

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

/// An operation that is one call, and what its description says of it.
struct row {
  const char* name;
  void (*ask)(client_fixture&, call_options);
  bool silent; ///< Some servers never answer it.
  bool again;  ///< With `retry`, also if its outcome is unknown.
  bool starts; ///< Without a deadline its first message has to come in time.
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.name;
}

template <class Request>
void send(client_fixture& f, call_options call) {
  auto request = fixtures::sample_request<Request>();
  if (!call.credentials) // Who asks about the current user has to be somebody.
    call.credentials = credentials::basic("u", "p");
  wire::call_of(request) = std::move(call);
  f.ask<answer_of<Request>>(f.tested, std::move(request));
}

/// Those that need no feature: the scripted server offers none.
template <class Request>
void add(std::vector<row>& to, const char* name) {
  const auto how = wire::describe<Request>();
  if (how.feature.empty())
    to.push_back({name, send<Request>, how.silence != nullptr, how.effect != wire::effect::write, how.starts_in_time});
}

const auto rows = [] {
  std::vector<row> all;
#define KDB_X(request) add<request>(all, #request);
  KDB_CALLS(KDB_X)
#undef KDB_X
  return all;
}();

const auto silent_rows = [] {
  std::vector<row> all;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(all), [](const row& one) { return one.silent && one.again; });
  return all;
}();

struct clear_client : client_fixture {
  explicit clear_client(std::function<void(settings&)> adjust = [](settings&) {})
    : client_fixture{[&](settings& with) {
        with.credentials_in_clear = true;
        adjust(with);
      }} {}
};

/// The last call that was made, which is not the client's question what the node offers.
scripted_exchange& last(client_fixture& f) {
  BOOST_REQUIRE(f.calls().exchanges.size() > 1u);
  return *f.calls().exchanges.back();
}

void fail_unknown(client_fixture& f) {
  auto why = failure_of(errc::server_timeout);
  why.outcome_unknown = last(f).kind != wire::request_kind::read;
  last(f).end(unexpected{why});
  f.drain();
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_requests)

BOOST_AUTO_TEST_CASE(the_client_handles_every_operation_of_the_list) {
  client_fixture f;
  static_cast<void>(f.close());
  std::size_t answered = 0;
  const auto expect_answer = [&](const auto& outcome) { answered += !outcome.pending(); };
#define KDB_X(request) expect_answer(f.ask<answer_of<request>>(f.tested, fixtures::sample_request<request>()));
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
  // A reader or a reply after the end: all have been answered, none twice.
#define KDB_X(request) +1
  BOOST_TEST(answered == 0u KDB_OPERATIONS(KDB_X));
#undef KDB_X
}

BOOST_DATA_TEST_CASE(what_servers_may_not_answer_has_a_deadline_in_any_case, boost::unit_test::data::make(rows), one) {
  clear_client f;
  f.connect();
  one.ask(f, {});
  BOOST_TEST((last(f).settings.deadline == (one.silent ? std::optional{silence_limit} : std::nullopt)));
  BOOST_TEST((last(f).settings.start_timeout == (one.starts ? std::optional{f.how.start_timeout} : std::nullopt)));
  one.ask(f, {.deadline = 90s});
  BOOST_TEST((last(f).settings.start_timeout == std::nullopt));
  BOOST_TEST((last(f).settings.deadline == std::optional<std::chrono::milliseconds>{90s}));
  clear_client patient{[](settings& how) { how.default_deadline = 60s; }};
  patient.connect();
  one.ask(patient, {});
  BOOST_TEST((last(patient).settings.deadline == std::optional<std::chrono::milliseconds>{60s}));
}

BOOST_DATA_TEST_CASE(a_request_of_unknown_outcome_is_sent_again_only_where_that_is_safe, boost::unit_test::data::make(rows),
                     one) {
  clear_client f;
  f.connect();
  one.ask(f, {.retry = 1});
  const auto before = f.calls().exchanges.size();
  fail_unknown(f);
  f.advance(400ms);
  BOOST_TEST(f.calls().exchanges.size() == before + (one.again ? 1 : 0));
}

BOOST_DATA_TEST_CASE(all_tries_are_within_one_limit, boost::unit_test::data::make(silent_rows), one) {
  clear_client f;
  f.connect();
  one.ask(f, {.retry = 9});
  f.advance(20s);
  fail_unknown(f);
  f.advance(1s);
  BOOST_TEST((*last(f).settings.deadline <= silence_limit - 20s));
}

BOOST_AUTO_TEST_SUITE_END()
