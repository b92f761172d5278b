#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <actors/client_fixture.hpp>

#include <ostream>

using namespace kdb;
using namespace kdb::test;
using namespace std::chrono_literals;

namespace {

/// A request about projections, users or the node.
struct row {
  const char* name;
  void (*ask)(client_fixture&, call_options);
  bool silent; ///< Some servers never answer it.
  bool again;  ///< With `retry`, also if its outcome is unknown.
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.name;
}

template <class Answer, class Request>
void send(client_fixture& f, Request what) {
  f.ask<Answer>(f.tested, std::move(what));
}

using f_ = client_fixture;

const row rows[] = {
  {"create_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, create_projection{"p", "q", {.call = std::move(c)}});
   },
   true, false},
  {"create_one_time_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, create_one_time_projection{"q", {.call = std::move(c)}});
   },
   true, false},
  {"update_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, update_projection{"p", "q", {.call = std::move(c)}});
   },
   true, false},
  {"delete_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, delete_projection{"p", {.call = std::move(c)}});
   },
   true, false},
  {"enable_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, enable_projection{"p", std::move(c)});
   },
   true, true},
  {"disable_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, disable_projection{"p", std::move(c)});
   },
   true, true},
  {"abort_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, abort_projection{"p", std::move(c)});
   },
   true, true},
  {"reset_projection",
   [](f_& f, call_options c) {
     send<projection_changed>(f, reset_projection{"p", std::move(c)});
   },
   true, false},
  {"restart_projections", [](f_& f, call_options c) { send<projection_changed>(f, restart_projections{std::move(c)}); }, true,
   false},
  {"get_projection_statistics",
   [](f_& f, call_options c) {
     send<projection_statistics>(f, get_projection_statistics{"p", std::move(c)});
   },
   true, true},
  {"list_projections",
   [](f_& f, call_options c) {
     send<projection_list>(f, list_projections{projection_mode::all, std::move(c)});
   },
   true, true},
  {"get_projection_state",
   [](f_& f, call_options c) {
     send<projection_value>(f, get_projection_state{"p", {.call = std::move(c)}});
   },
   true, true},
  {"get_projection_result",
   [](f_& f, call_options c) {
     send<projection_value>(f, get_projection_result{"p", {.call = std::move(c)}});
   },
   true, true},
  {"create_user",
   [](f_& f, call_options c) {
     send<user_changed>(f, create_user{"u", "p", {.call = std::move(c)}});
   },
   true, false},
  {"get_user",
   [](f_& f, call_options c) {
     send<user_details>(f, get_user{"u", std::move(c)});
   },
   true, true},
  {"list_users", [](f_& f, call_options c) { send<user_list>(f, list_users{std::move(c)}); }, true, true},
  {"start_scavenge", [](f_& f, call_options c) { send<scavenge_result>(f, start_scavenge{{.call = std::move(c)}}); }, true,
   false},
  {"stop_scavenge",
   [](f_& f, call_options c) {
     send<scavenge_result>(f, stop_scavenge{"id", std::move(c)});
   },
   true, false},
  {"set_node_priority",
   [](f_& f, call_options c) {
     send<operation_done>(f, set_node_priority{1, std::move(c)});
   },
   false, true},
  {"resign_node", [](f_& f, call_options c) { send<operation_done>(f, resign_node{std::move(c)}); }, false, false},
  {"merge_indexes", [](f_& f, call_options c) { send<operation_done>(f, merge_indexes{std::move(c)}); }, false, false},
  {"shut_down_node", [](f_& f, call_options c) { send<operation_done>(f, shut_down_node{std::move(c)}); }, false, false},
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

BOOST_DATA_TEST_CASE(what_servers_may_not_answer_has_a_deadline_in_any_case, boost::unit_test::data::make(rows), one) {
  client_fixture f;
  f.connect();
  one.ask(f, {});
  BOOST_TEST((last(f).settings.deadline == (one.silent ? std::optional{silence_limit} : std::nullopt)));
  one.ask(f, {.deadline = 90s});
  BOOST_TEST((last(f).settings.deadline == std::optional<std::chrono::milliseconds>{90s}));
  client_fixture patient{[](settings& how) { how.default_deadline = 60s; }};
  patient.connect();
  one.ask(patient, {});
  BOOST_TEST((last(patient).settings.deadline == std::optional<std::chrono::milliseconds>{60s}));
}

BOOST_DATA_TEST_CASE(a_request_of_unknown_outcome_is_sent_again_only_where_that_is_safe, boost::unit_test::data::make(rows),
                     one) {
  client_fixture f;
  f.connect();
  one.ask(f, {.retry = 1});
  const auto before = f.calls().exchanges.size();
  fail_unknown(f);
  f.advance(400ms);
  BOOST_TEST(f.calls().exchanges.size() == before + (one.again ? 1 : 0));
}

BOOST_DATA_TEST_CASE(all_tries_are_within_one_limit, boost::unit_test::data::make(rows), one) {
  client_fixture f;
  f.connect();
  if (!one.silent || !one.again)
    return;
  one.ask(f, {.retry = 9});
  f.advance(20s);
  fail_unknown(f);
  f.advance(1s);
  BOOST_TEST((*last(f).settings.deadline <= silence_limit - 20s));
}

BOOST_AUTO_TEST_SUITE_END()
