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

using discovery_actor = caf::typed_actor<caf::replies_to<find_node>::with<rpc::address>, // Or why no candidate is known now.
                                         caf::replies_to<ask_another_member>::with<cluster_view>>; // Or why no view is available.

// Messages of the discovery to itself.
struct member_answered {
  caf::typed_response_promise<cluster_view> asker;
  result<std::vector<cluster_member>> members;
};
using single_endpoint_self = discovery_actor::extend<caf::reacts_to<member_answered>>;

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

using discovery_self = discovery_actor::extend<caf::reacts_to<member_answered>, caf::reacts_to<seed_resolved>,
                                               caf::reacts_to<gossip_answered>, caf::reacts_to<seed_slow>>;

// -- credentials ----------------------------------------------------------------------

/// Waits until the client has credentials.
struct await_credentials {};

/// A server has refused the credentials.
struct credentials_refused {};

using credentials_keeper_actor = caf::typed_actor<caf::replies_to<await_credentials>::with<void>, // Or why there are none.
                                                  caf::reacts_to<credentials_refused>>;

// Messages of the keeper to itself. `question` numbers the questions to the provider.
struct credentials_provided {
  std::uint64_t question = 0;
  result<provided_credentials> outcome;
};
struct provider_silent {
  std::uint64_t question = 0;
};
struct look_again {
  std::uint64_t plan = 0;
};

using credentials_keeper_self = credentials_keeper_actor::extend<caf::reacts_to<credentials_provided>,
                                                                 caf::reacts_to<provider_silent>, caf::reacts_to<look_again>>;

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

using connection_actor = caf::typed_actor<caf::replies_to<get_node>::with<node_ptr>, // At once, or at the end of the round.
                                          caf::replies_to<get_status>::with<client_status>,
                                          caf::reacts_to<call_failed>>; // Ignored if the generation is stale.

using connection_self = connection_actor::extend<caf::reacts_to<node_probed>, caf::reacts_to<node_checked>,
                                                 caf::reacts_to<wait_elapsed>, caf::reacts_to<relief_due>>;

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
  caf::typed_actor<caf::replies_to<append_to_stream>::with<append_result>, caf::replies_to<observed_append>::with<append_result>,
                   caf::reacts_to<node_changed>, caf::reacts_to<append_replies>, caf::reacts_to<append_call_ended>,
                   caf::reacts_to<single_append_done>, caf::reacts_to<deadlines_due>, caf::reacts_to<mailbox_drained>,
                   caf::reacts_to<stop_due>>;

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

/// The interface of the client for programs without actors, which decode the messages of the server themselves.
using call_runner = caf::typed_actor<caf::replies_to<run_call>::with<wire::message_list>>;

/// Makes all calls that are neither a batched append nor a stream of events.
using management_actor = call_runner;

// Messages of management to itself.
/// Calls have ended.
struct exchanges_done {};
/// The pause before another try is over.
struct retry_due {
  std::uint64_t call = 0;
};

using management_self =
  management_actor::extend<caf::reacts_to<exchanges_done>, caf::reacts_to<retry_due>, caf::reacts_to<stop_due>>;

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

using reader_self = reader_actor::extend<caf::reacts_to<batch_arrived>, caf::reacts_to<read_ended>, caf::reacts_to<read_again>,
                                         caf::reacts_to<stop_due>>;

/// Starts a subscription or consumer. Only the first `begin` is answered: with the handle of the actor when the server has
/// confirmed, or with an error. The answer arrives before the first batch, because both come from the same actor.
struct begin {};

using subscription_self =
  subscription_actor::extend<caf::replies_to<begin>::with<subscription_actor>, caf::reacts_to<batch_arrived>,
                             caf::reacts_to<subscription_confirmed>, caf::reacts_to<read_ended>, caf::reacts_to<resume_due>,
                             caf::reacts_to<silence_due>, caf::reacts_to<head_seen>, caf::reacts_to<silence_confirmed>,
                             caf::reacts_to<stop_due>>;

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

using consumer_self = consumer_actor::extend<caf::replies_to<begin>::with<consumer_actor>, caf::reacts_to<events_arrived>,
                                             caf::reacts_to<subscription_confirmed>, caf::reacts_to<read_ended>,
                                             caf::reacts_to<resume_due>, caf::reacts_to<answers_due>, caf::reacts_to<grace_over>,
                                             caf::reacts_to<host_holds>, caf::reacts_to<stop_due>>;

// -- watch of statistics -----------------------------------------------------------------------

/// To itself: it is time for the next sample, or for another attempt.
struct sample_due {};

using statistics_watcher_self = statistics_watcher_actor::extend<caf::reacts_to<sample_due>>;

// -- several requests in one -----------------------------------------------------------------

/// One actor for each request. Both use only the client, as a host would.
using whole_reader_actor = caf::typed_actor<caf::replies_to<read_stream_to_end>::with<event_list>>;
using parts_appender_actor = caf::typed_actor<caf::replies_to<append_in_parts>::with<append_in_parts_result>>;

// -- client to itself ---------------------------------------------------------------------------

/// The last call of the client has ended.
struct calls_drained {};

} // namespace kdb::inline v0

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::rpc::address)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::find_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::ask_another_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::cluster_view)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::member_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::seed_resolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::gossip_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::seed_slow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::await_credentials)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::credentials_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::credentials_provided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::provider_silent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::look_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::stop_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::call_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_probed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::wait_elapsed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::relief_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::observed_append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_replies)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_call_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::mailbox_drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::single_append_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::deadlines_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::run_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::exchanges_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::retry_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::batch_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscription_confirmed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::resume_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::silence_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::head_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::silence_confirmed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::begin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::events_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::answers_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::grace_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::host_holds)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::sample_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::calls_drained)
