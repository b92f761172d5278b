// SPDX-License-Identifier: Apache-2.0
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "google_rpc/error_details.pb.h"
#include "google_rpc/status.pb.h"
#include "kurrent/rpc/errors.pb.h"
#include "libkdb/policy/failure.hpp"
#include "libkdb/wire/call_status.hpp"

// From what a server or gRPC says to what is done about it: the whole way, row by row. The statuses are those of a real cluster
// (its transcripts) and of gRPC 1.51.

using namespace kdb;
using policy::node_action;
using policy::request_kind;
using policy::retry_safety;

namespace {

constexpr int cancelled = 1, unknown = 2, deadline = 4, not_found = 5, denied = 7, precondition = 9, aborted = 10, internal = 13,
              unavailable = 14, unauthenticated = 16;

using trailers = std::vector<std::pair<std::string, std::string>>;

const trailers leader_b{{"exception", "not-leader"}, {"leader-endpoint-host", "b"}, {"leader-endpoint-port", "2113"}};
const trailers leader_nowhere{{"exception", "not-leader"}, {"leader-endpoint-host", "0.0.0.0"}, {"leader-endpoint-port", "2113"}};
const trailers leader_itself{{"exception", "not-leader"}, {"leader-endpoint-host", "a"}, {"leader-endpoint-port", "1"}};

/// `grpc-status-details-bin` as the server fills it.
trailers rich(int code, const std::string& reason) {
  google_rpc::Status status;
  status.set_code(code);
  google_rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("server");
  auto& packed = *status.add_details();
  packed.set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  packed.set_value(info.SerializeAsString());
  if (reason == "NOT_LEADER_NODE") {
    kurrent::rpc::NotLeaderNodeErrorDetails details;
    details.mutable_current_leader()->set_host("b");
    details.mutable_current_leader()->set_port(2113);
    auto& leader = *status.add_details();
    leader.set_type_url("type.googleapis.com/kurrent.rpc.NotLeaderNodeErrorDetails");
    leader.set_value(details.SerializeAsString());
  }
  return {{"grpc-status-details-bin", status.SerializeAsString()}};
}

struct row {
  const char* when;
  int status;
  const char* message;
  trailers with;
  bool started;
  node_action node;
  /// Of a write.
  retry_safety write;
  bool unknown_outcome;
  bool final;
};

std::ostream& operator<<(std::ostream& out, const row& one) {
  return out << one.when;
}

constexpr auto stay = node_action::stay;
constexpr auto look = node_action::rediscover;
constexpr auto follow = node_action::follow_leader;
constexpr auto ask_gossip = node_action::check;
constexpr auto safe = retry_safety::safe;
constexpr auto with_ids = retry_safety::safe_if_idempotent;
constexpr auto pointless = retry_safety::pointless;

const std::vector<row> table{
  // -- who leads
  {"a follower names the leader", not_found, "Leader info available", leader_b, true, follow, safe, false, false},
  {"a leader at no address", not_found, "Leader info available", leader_nowhere, true, look, safe, false, false},
  {"a node that names itself", not_found, "Leader info available", leader_itself, true, look, safe, false, false},
  {"v2: a follower", precondition, "", rich(precondition, "NOT_LEADER_NODE"), true, follow, safe, false, false},
  // -- nodes that start, stop or resign
  {"a node that is not ready", unavailable, "Server Is Not Ready", {}, true, look, safe, false, false},
  {"v2: a node that is not ready", unavailable, "", rich(unavailable, "SERVER_NOT_READY"), true, look, safe, false, false},
  {"a node that shuts down", unavailable, "The server is shutting down. Please retry after 1 second.",
   rich(unavailable, "SERVER_SHUTTING_DOWN"), true, look, with_ids, true, false},
  {"an unfinished call of a node that stops",
   unknown,
   "Exception was thrown by handler.",
   {},
   true,
   ask_gossip,
   with_ids,
   true,
   false},
  {"a node that is too busy", unavailable, "Server Is Too Busy", {}, true, stay, safe, false, false},
  // -- timeouts
  {"a forwarded write that nobody answered",
   aborted,
   "Operation timed out: Forwarding timeout",
   {},
   true,
   stay,
   with_ids,
   true,
   false},
  {"a write cancelled by a resignation",
   aborted,
   "Operation timed out: Request canceled by server",
   {},
   true,
   stay,
   with_ids,
   true,
   false},
  {"the deadline", deadline, "Deadline Exceeded", {}, true, stay, with_ids, true, false},
  {"v2: the operation timed out", deadline, "", rich(deadline, "OPERATION_TIMEOUT"), true, stay, with_ids, true, false},
  // -- the way there
  {"nobody listens",
   unavailable,
   "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Connection refused",
   {},
   false,
   look,
   safe,
   false,
   false},
  {"the connection broke", unavailable, "Socket closed", {}, true, look, with_ids, true, false},
  {"the connection was reset", unavailable, "recvmsg:Connection reset by peer", {}, true, look, with_ids, true, false},
  {"GOAWAY", unavailable, "GOAWAY received", {}, true, look, with_ids, true, false},
  {"a lost keepalive", unavailable, "keepalive watchdog timeout", {}, true, look, with_ids, true, false},
  {"the transport fails as UNKNOWN", unknown, "Stream removed", {}, true, look, with_ids, true, false},
  {"the transport fails as INTERNAL", internal, "Received RST_STREAM with error code 2", {}, true, look, with_ids, true, false},
  {"the write half fails", unavailable, "Broken pipe", {}, true, look, with_ids, true, false},
  // -- what no other node would answer otherwise
  {"the state is not the expected one",
   precondition,
   "",
   {{"exception", "wrong-expected-version"}},
   true,
   stay,
   pointless,
   false,
   true},
  {"the stream is tombstoned",
   precondition,
   "",
   {{"exception", "stream-deleted"}, {"stream-name", "s"}},
   true,
   stay,
   pointless,
   false,
   true},
  {"the caller may not", denied, "Access Denied", {{"exception", "access-denied"}}, true, stay, pointless, false, true},
  {"the caller is nobody", unauthenticated, "Unauthenticated", {}, true, stay, pointless, false, true},
  // -- consumers
  {"a consumer's call that the server dropped",
   cancelled,
   "",
   {{"exception", "persistent-subscription-dropped"}},
   true,
   stay,
   safe,
   false,
   false},
  {"a consumer that could not keep up",
   aborted,
   "Operation timed out: Consumer too slow to handle event while live. Client "
   "resubscription required.",
   {},
   true,
   stay,
   safe,
   false,
   false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(failure_table)

BOOST_DATA_TEST_CASE(what_a_server_says_leads_to_what_is_done, boost::unit_test::data::make(table), one) {
  const wire::call_status status{.code = one.status, .message = one.message, .trailers = one.with};
  const auto why = wire::to_error(status, request_kind::write, one.started);
  const auto done = policy::decide(why, request_kind::write, {"a", 1});
  BOOST_TEST(to_string(done.node) == to_string(one.node), to_string(why));
  BOOST_TEST(to_string(done.retry) == to_string(one.write), to_string(why));
  BOOST_TEST(done.is_final == one.final, to_string(why));
  BOOST_TEST(why.outcome_unknown == one.unknown_outcome, to_string(why));
  // Reads change nothing: whatever may pass may be tried again.
  const auto read = policy::decide(wire::to_error(status, request_kind::read, one.started), request_kind::read, {"a", 1});
  BOOST_TEST((read.retry == (one.final ? pointless : safe)));
  BOOST_TEST((read.node == one.node));
}

BOOST_AUTO_TEST_SUITE_END()
