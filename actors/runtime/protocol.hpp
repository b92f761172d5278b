// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/response_promise.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/runtime/signals.hpp"
#include "libkdb/rpc/transport.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/server_features.hpp"
#include "libkdb/wire/streams.hpp"
#include <kdb/actors.hpp>

// All messages between the actors of the runtime. The messages that hosts send are in kdb/actors.hpp.
namespace kdb::inline v0 {

/// Counts the nodes a connection has had. Reports about an earlier one are stale.
enum class generation : std::uint64_t {};

/// The node in use, as workers see it. Immutable; workers keep it until it is lost.
struct node {
  endpoint where;
  kdb::generation generation{};
  wire::server_features features;
  std::shared_ptr<rpc::transport> calls;
};
using node_ptr = std::shared_ptr<const node>;

/// Makes the transport to a node. Does not connect yet.
using transport_factory = std::function<std::shared_ptr<rpc::transport>(const rpc::address&)>;

// -- discovery -----------------------------------------------------------------------

/// Asks for a candidate: one attempt to find a node.
struct find_node {
  unsigned attempt = 0;
  /// Nodes that failed a moment ago; they are tried last.
  std::vector<endpoint> avoid{};
};

/// Asks a member of the cluster for its gossip: not `besides`, and a different member each time.
struct ask_another_member {
  endpoint besides;
};
struct cluster_view {
  std::vector<cluster_member> members;
};

using discovery_actor = caf::typed_actor<accepts<find_node, rpc::address>,           // Or why no candidate is known now.
                                         accepts<ask_another_member, cluster_view>>; // Or why no view is available.

// Messages of the discovery to itself.
struct member_answered {
  std::uint64_t question = 0;
  result<std::vector<cluster_member>> members;
};
using single_endpoint_self = discovery_actor::extend<accepts<member_answered>>;

// `attempt` numbers its attempts.
struct seed_resolved {
  std::uint64_t attempt = 0;
  endpoint seed;
  result<std::vector<std::string>> addresses;
};
struct gossip_answered {
  std::uint64_t attempt = 0;
  std::size_t seed = 0;
  result<std::vector<cluster_member>> members;
};
struct seed_slow {
  std::uint64_t attempt = 0;
  std::size_t seed = 0;
};

using discovery_self =
  discovery_actor::extend<accepts<member_answered>, accepts<seed_resolved>, accepts<gossip_answered>, accepts<seed_slow>>;

// -- credentials ----------------------------------------------------------------------

/// Waits until the client has credentials.
struct await_credentials {};

/// A server has refused the credentials.
struct credentials_refused {};

using credentials_keeper_actor = caf::typed_actor<accepts<await_credentials>, // Or why there are none.
                                                  accepts<credentials_refused>>;

// Messages of the keeper to itself. `question` numbers the questions to the provider.
struct credentials_provided {
  std::uint64_t question = 0;
  result<provided_credentials> outcome = unexpected{error{}};
};
struct provider_silent {
  std::uint64_t question = 0;
};
struct look_again {
  std::uint64_t plan = 0;
};

using credentials_keeper_self =
  credentials_keeper_actor::extend<accepts<credentials_provided>, accepts<provider_silent>, accepts<look_again>>;

// -- connection -----------------------------------------------------------------------

/// To workers: callers have stopped some of their operations.
struct stop_due {};

/// Asks for the node in use.
struct get_node {
  /// Wait until a node is found, if there is none. Otherwise the answer comes at once.
  bool wait = true;
};

/// A worker's call failed. The connection decides what that means for the node.
struct call_failed {
  kdb::generation generation{};
  error cause;
  /// No answer came, although a node with a valid place in the cluster would have answered: the connection must check its place.
  bool unanswered = false;
};

// Messages of the connection to itself.
struct node_probed {
  std::uint64_t probe = 0;
  result<node_ptr> outcome;
};
struct node_checked {
  kdb::generation generation{};
  result<std::vector<cluster_member>> members;
};
struct wait_elapsed {
  std::uint64_t wait = 0;
};
struct relief_due {};

using connection_actor = caf::typed_actor<accepts<get_node, node_ptr>, // At once, or at the end of the round.
                                          accepts<get_status, client_status>,
                                          accepts<call_failed>>; // Ignored if the generation is stale.

using connection_self =
  connection_actor::extend<accepts<node_probed>, accepts<node_checked>, accepts<wait_elapsed>, accepts<relief_due>>;

// -- appender --------------------------------------------------------------------------

/// The connection has changed: another node may be in use.
struct node_changed {};

// Messages of the appender to itself. `call` numbers its calls, so that late messages of earlier calls are recognized.
struct append_replies {
  std::uint64_t call = 0;
  std::vector<wire::batch_append_reply> replies;
};
struct append_call_ended {
  std::uint64_t call = 0;
  result<void> outcome;
};
struct single_append_done {
  std::uint64_t append = 0;
  result<append_result> outcome;
};
struct deadlines_due {};
/// An append that already has an observation.
struct observed_append {
  append_to_stream request;
  observation seen;
  /// Another try may follow if this one fails: then the appender does not end the observation.
  bool is_one_of_several = false;
};
/// All messages that were in the mailbox when this one was sent have been handled.
struct mailbox_drained {};

using appender_actor =
  caf::typed_actor<accepts<append_to_stream, append_result>, accepts<observed_append, append_result>, accepts<node_changed>,
                   accepts<append_replies>, accepts<append_call_ended>, accepts<single_append_done>, accepts<deadlines_due>,
                   accepts<mailbox_drained>, accepts<stop_due>>;

// -- calls ------------------------------------------------------------------------------

/// One operation that `wire` describes, without the type of its request.
class call_job {
public:
  call_job(wire::call_plan prepared, observation begun) : plan{std::move(prepared)}, seen{std::move(begun)} {}
  call_job(const call_job&) = delete;
  call_job& operator=(const call_job&) = delete;
  virtual ~call_job() = default;

  /// Fills the plan, if it is not filled yet.
  virtual result<void> prepare() { return {}; }
  /// Answers the request: here with the messages of the server.
  virtual void deliver(caf::response_promise& to, result<wire::message_list> outcome);

  wire::call_plan plan;
  observation seen;
};

/// Carries out an operation.
struct run_call {
  std::shared_ptr<call_job> job;
};

/// The messages of the server that answer a call.
struct server_messages {
  wire::message_list all;
};

/// Makes all calls that are neither a batched append nor a stream of events.
using management_actor = caf::typed_actor<accepts<run_call, server_messages>>;

// Messages of management to itself.
/// Calls have ended.
struct exchanges_done {};
/// The pause before another try is over.
struct retry_due {
  std::uint64_t call = 0;
};

using management_self = management_actor::extend<accepts<exchanges_done>, accepts<retry_due>, accepts<stop_due>>;

// -- reader and subscription -----------------------------------------------------------------

// Messages of both actors to themselves. `call` numbers their server calls.
struct batch_arrived {
  std::uint64_t call = 0;
  event_batch batch;
};
struct subscription_confirmed {
  std::uint64_t call = 0;
};
struct read_ended {
  std::uint64_t call = 0;
  result<void> outcome;
};
struct resume_due {};
// The watchdog of a subscription.
struct silence_due {};
struct head_seen {
  std::uint64_t call = 0;
  event_batch head;
};
struct silence_confirmed {
  std::uint64_t arrivals = 0;
};

struct read_again {};

using reader_self = reader_actor::extend<accepts<batch_arrived>, accepts<read_ended>, accepts<read_again>, accepts<stop_due>>;

/// Starts a subscription or consumer. Only the first `begin` is answered: with the handle of the actor when the server has
/// confirmed, or with an error. The answer arrives before the first batch, because both come from the same actor.
struct begin {};

using subscription_self =
  subscription_actor::extend<accepts<begin, subscription_actor>, accepts<batch_arrived>, accepts<subscription_confirmed>,
                             accepts<read_ended>, accepts<resume_due>, accepts<silence_due>, accepts<head_seen>,
                             accepts<silence_confirmed>, accepts<stop_due>>;

// -- consumer ------------------------------------------------------------------------------------

// To itself.
struct events_arrived {
  std::uint64_t call = 0;
  wire::consumed_events consumed;
};
/// The time for collecting answers is over.
struct answers_due {};
/// The time for sending the last answers is over.
struct grace_over {};
/// From a subscriber that answers batches at once and events one by one: how many events it holds now, and the event that it has
/// just answered, if any. The events that it holds count towards the buffer.
struct host_holds {
  std::size_t events = 0;
  std::optional<event_token> answered{};
  kdb::outcome outcome = kdb::outcome::ack();
};

using consumer_self = consumer_actor::extend<accepts<begin, consumer_actor>, accepts<events_arrived>,
                                             accepts<subscription_confirmed>, accepts<read_ended>, accepts<resume_due>,
                                             accepts<answers_due>, accepts<grace_over>, accepts<host_holds>, accepts<stop_due>>;

// -- watch of statistics -----------------------------------------------------------------------

/// To itself: it is time for the next sample, or for another attempt.
struct sample_due {};

using statistics_watcher_self = statistics_watcher_actor::extend<accepts<sample_due>>;

// -- the client ------------------------------------------------------------------------------

/// The client as libkdb itself uses it. Its typed interface is for hosts: the type has some sixty requests, so that the name of each
/// function that takes one has thousands of letters, and comparing it with another interface takes the compiler long.
using untyped_client = caf::actor;

// -- several requests in one -----------------------------------------------------------------

/// One actor for each request. Both use only the client, as a host would.
using whole_reader_actor = caf::typed_actor<accepts<read_stream_to_end, event_list>>;
using parts_appender_actor = caf::typed_actor<accepts<append_in_parts, append_in_parts_result>>;

// -- client to itself ---------------------------------------------------------------------------

/// The last call of the client has ended.
struct calls_drained {};

} // namespace kdb::inline v0

KDB_ACTOR_MESSAGES(kdb_runtime, 1300, kdb::rpc::address, kdb::node_ptr, kdb::find_node, kdb::ask_another_member,
                   kdb::cluster_view, kdb::member_answered, kdb::seed_resolved, kdb::gossip_answered, kdb::seed_slow,
                   kdb::await_credentials, kdb::credentials_refused, kdb::credentials_provided, kdb::provider_silent,
                   kdb::look_again, kdb::stop_due, kdb::get_node, kdb::call_failed, kdb::node_probed, kdb::node_checked,
                   kdb::wait_elapsed, kdb::relief_due, kdb::node_changed, kdb::observed_append, kdb::append_replies,
                   kdb::append_call_ended, kdb::mailbox_drained, kdb::single_append_done, kdb::deadlines_due, kdb::run_call,
                   kdb::server_messages, kdb::exchanges_done, kdb::retry_due, kdb::batch_arrived, kdb::subscription_confirmed,
                   kdb::read_ended, kdb::read_again, kdb::resume_due, kdb::silence_due, kdb::head_seen, kdb::silence_confirmed,
                   kdb::begin, kdb::events_arrived, kdb::answers_due, kdb::grace_over, kdb::host_holds, kdb::sample_due,
                   kdb::calls_drained)
