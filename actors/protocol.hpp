#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <kdb/actors.hpp>
#include <rpc/transport.hpp>
#include <wire/server_features.hpp>
#include <wire/streams.hpp>

// The map of the runtime: every message between its actors. What hosts send is in kdb/actors.hpp.
namespace kdb {

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

// -- discovery -----------------------------------------------------------------------

/// Asks for a candidate: one round of the discovery.
struct find_node {
  unsigned attempt = 0;
};

using discovery_actor = caf::typed_actor<caf::replies_to<find_node>::with<endpoint>>; // Or why none can be named now.

// -- connection -----------------------------------------------------------------------

/// Asks for the node in use.
struct get_node {};

/// A worker's call failed in a way that says that the node is lost, or that another one leads.
struct node_lost {
  kdb::generation generation{};
  error why;
};

// The connection to itself.
struct node_probed {
  std::uint64_t probe = 0;
  result<node_ptr> outcome;
};
struct wait_elapsed {
  std::uint64_t wait = 0;
};

using connection_actor = caf::typed_actor<caf::replies_to<get_node>::with<node_ptr>, // At once, or when the round has an end.
                                          caf::reacts_to<node_lost>,                 // Ignored if the generation is stale.
                                          caf::reacts_to<node_probed>, caf::reacts_to<wait_elapsed>>;

// -- appender --------------------------------------------------------------------------

// The appender to itself. `call` numbers its calls, so that late words of an earlier one are told apart.
struct append_replies {
  std::uint64_t call = 0;
  std::vector<wire::batch_append_reply> replies;
};
struct append_call_ended {
  std::uint64_t call = 0;
  result<void> how;
};
struct single_append_done {
  std::uint64_t append = 0;
  result<append_result> outcome;
};
struct deadlines_due {};
/// What was in the mailbox when this was sent has been handled.
struct mailbox_drained {};

using appender_actor = caf::typed_actor<caf::replies_to<append_to_stream>::with<append_result>, caf::reacts_to<append_replies>,
                                        caf::reacts_to<append_call_ended>, caf::reacts_to<single_append_done>,
                                        caf::reacts_to<deadlines_due>, caf::reacts_to<mailbox_drained>>;

// -- management -------------------------------------------------------------------------

/// Single calls with one answer: everything that is neither an append in a batch nor a stream of events.
using management_actor =
  caf::typed_actor<caf::replies_to<delete_stream>::with<delete_result>, caf::replies_to<tombstone_stream>::with<delete_result>,
                   caf::replies_to<append_to_streams>::with<records_result>,
                   caf::replies_to<append_records>::with<records_result>>;

// Management to itself: calls of it have ended.
struct exchanges_done {};

using management_self = management_actor::extend<caf::reacts_to<exchanges_done>>;

// -- reader and subscription -----------------------------------------------------------------

// Both to themselves. `call` numbers their server calls.
struct batch_arrived {
  std::uint64_t call = 0;
  event_batch batch;
};
struct subscription_confirmed {
  std::uint64_t call = 0;
};
struct read_ended {
  std::uint64_t call = 0;
  result<void> how;
};
struct resume_due {};

using reader_self = reader_actor::extend<caf::reacts_to<batch_arrived>, caf::reacts_to<read_ended>>;

/// Asks a subscription to begin. Answers when the server has confirmed, or why it did not; only the first time.
struct begin {};

using subscription_self =
  subscription_actor::extend<caf::replies_to<begin>::with<void>, caf::reacts_to<batch_arrived>,
                             caf::reacts_to<subscription_confirmed>, caf::reacts_to<read_ended>, caf::reacts_to<resume_due>>;

// -- several requests in one -----------------------------------------------------------------

/// One each for a request; both only use the client, as a host would.
using whole_reader_actor = caf::typed_actor<caf::replies_to<read_stream_to_end>::with<event_list>>;
using parts_appender_actor = caf::typed_actor<caf::replies_to<append_in_parts>::with<append_in_parts_result>>;

// -- client to itself ---------------------------------------------------------------------------

/// The last call of the client has ended.
struct calls_drained {};

} // namespace kdb

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::endpoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::find_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::get_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::node_probed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::wait_elapsed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_replies)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::append_call_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::mailbox_drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::single_append_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::deadlines_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::exchanges_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::batch_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscription_confirmed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::resume_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::begin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::calls_drained)
