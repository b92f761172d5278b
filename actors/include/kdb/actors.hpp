// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_nr.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <kdb/connection_change.hpp>
#include <kdb/consume.hpp>
#include <kdb/error.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/operation_list.hpp>
#include <kdb/read.hpp>
#include <kdb/settings.hpp>
#include <kdb/subscribe.hpp>
#include <kdb/watch_statistics.hpp>

// KurrentDB for actors: the messages and typed interfaces that a host needs. See docs/actors.md for who sends what when.
//
// Errors arrive as `caf::error` and turn back into the typed one with `kdb::error::from`. All handles may be used from any actor.
namespace kdb {
inline namespace KDB_API v0 {

// -- reading -------------------------------------------------------------------------

/// Asks a reader for the next batch, or a watch for the next sample. An empty batch is the end of the read; nothing is delivered after it, or after an error.
/// Ask with `caf::infinite`: a batch whose request has timed out at the asker is lost. Set the read's own deadline instead.
struct next {};

/// Ends a reader, subscription, consumer or watch early, in any state. Several times is fine.
struct cancel {};

/// One read. Keeps a few batches ready, and reads no further from the server than that. It ends, and its call with it, when it is
/// cancelled, when whoever started it dies, or when nobody holds its handle any more.
using reader_actor = caf::typed_actor<caf::replies_to<next>::with<event_batch>, // In order; several may be asked for at once.
                                      caf::reacts_to<cancel>>;

/// Starts reading one stream. Errors come with the first `next`.
struct read_stream {
  std::string stream;
  read_stream_options options{};
};

/// Starts reading $all. Errors come with the first `next`.
struct read_all {
  read_all_options options{};
};

// -- subscribing ------------------------------------------------------------------------

/// The receiver of a subscription: any actor, dynamic or typed, that handles `event_batch` and `subscription_ended`.
///
/// A batch comes as a request, and the next one when it has been answered: the handler returns nothing, or a promise that it
/// fulfils later. If it throws or answers with an error the subscription ends with `subscriber_failed`. `subscription_ended` comes
/// once, last, and needs no answer.
class subscriber {
public:
  subscriber() = default;
  template <class Handle>
    requires(!std::is_same_v<std::decay_t<Handle>, subscriber>)
  subscriber(const Handle& receiver) : handle_{caf::actor_cast<caf::actor>(receiver)} {}

  /// The actor.
  const caf::actor& handle() const { return handle_; }

private:
  caf::actor handle_;
};

/// A running subscription. Lives until its end, whether anyone holds the handle or not; it can be monitored.
using subscription_actor = caf::typed_actor<caf::replies_to<cancel>::with<void>>; // Answers when the end has been sent.

/// Follows one stream. Answers when the server has confirmed.
struct subscribe_to_stream {
  std::string stream;
  kdb::subscriber subscriber{};
  subscribe_to_stream_options options{};
};

/// Follows $all. Answers when the server has confirmed.
struct subscribe_to_all {
  kdb::subscriber subscriber{};
  subscribe_to_all_options options{};
};

// -- consuming ----------------------------------------------------------------------------

/// These events are processed.
struct ack_events {
  std::vector<event_token> events;
};

/// These events were not processed.
struct nack_events {
  std::vector<event_token> events;
  nack_action action = nack_action::retry; ///< What the server does with them.
  std::string reason{};                    ///< For people; the server keeps it with parked events.
};

/// The outcomes of a batch. Without outcomes nothing is answered.
struct answer_batch {
  consumer_batch batch;                                          ///< The batch that was delivered.
  batch_outcomes outcomes = batch_outcomes::all(outcome::ack()); ///< One for each of its events, or one for all.
};

/// A running consumer. Lives until its end, whether anyone holds the handle or not; it can be monitored. Answers are gathered, by
/// number and for a short time, and sent in order; those still waiting are sent when it ends. Answers to events of an earlier call
/// are counted as stale and have no effect: the server delivers those events again.
using consumer_actor =
  caf::typed_actor<caf::replies_to<ack_events>::with<ack_result>, caf::replies_to<nack_events>::with<ack_result>,
                   caf::replies_to<answer_batch>::with<ack_result>,
                   caf::replies_to<cancel>::with<void>>; // Answers when the end has been sent.

/// Consumes from a group, at least once each event. Answers when the server has confirmed.
///
/// The subscriber is any actor that handles `consumer_batch` and `subscription_ended`. A batch comes as a request, and the next one
/// when it has been answered: with `batch_outcomes`, or with nothing when the events will be answered by messages to the consumer. If
/// the handler throws or answers with an error, the events are answered as the options say. `subscription_ended` comes once, last;
/// its `last` is empty. It comes when the group is deleted or the consumer is refused; other losses are resumed.
struct consume {
  group_name group;
  kdb::subscriber subscriber{};
  consume_options options{};
};

// -- watching statistics --------------------------------------------------------------------

/// Watches the statistics of the node in use. `next` is answered with a sample, the first one at once, then at most one in each period;
/// several may be asked for at once. An error is the end: every later `next` gets it, too. It ends when it is cancelled, when the client is
/// closed, or when nobody holds its handle any more.
using statistics_watcher_actor = caf::typed_actor<caf::replies_to<next>::with<server_statistics>, caf::reacts_to<cancel>>;

/// Starts a watch of the statistics of the node in use. Errors of the server come with the first `next`.
struct watch_statistics {
  watch_statistics_options options{};
};

// -- the client ---------------------------------------------------------------------------

/// Sends `connection_change` messages to `observer`: the present state at once (unless the client is idle), then every change,
/// `client_closed` last. Until the observer ends.
struct observe {
  caf::actor observer; ///< Any actor that handles `connection_change`.
};

/// Closes the client: no new work, every call cancelled, everything pending answered with `closed`. Answers when that is done, soon
/// in every state. An exit message does the same.
struct close {};

/// The client: façade and supervisor of all workers. It stays usable until it is closed: if connecting fails, the next request starts
/// another attempt. Requests wait for a node until their deadline or the end of the discovery round.
using client_actor = caf::typed_actor<
#define KDB_X(request) caf::replies_to<request>::with<request::answer>,
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
    caf::replies_to<read_stream>::with<reader_actor>,
  caf::replies_to<read_all>::with<reader_actor>, caf::replies_to<subscribe_to_stream>::with<subscription_actor>,
  caf::replies_to<subscribe_to_all>::with<subscription_actor>, caf::replies_to<consume>::with<consumer_actor>,
  caf::replies_to<watch_statistics>::with<statistics_watcher_actor>, caf::reacts_to<observe>, caf::replies_to<close>::with<void>>;

/// Starts a client in the host's actor system; returns at once, also when no server is there. Link, monitor, or send `close`.
/// Errors: as of `client::connect`. The system's configuration may use either scheduler: `sharing` wakes an idle system
/// faster, `stealing` moves more between busy actors.
result<client_actor> spawn_client(caf::actor_system& system, settings settings);

/// An actor system for programs that have none of their own: `sharing` scheduler, no more workers than cores. Destroy it after the
/// clients in it are closed, and not from one of its own actors.
class owned_system {
public:
  owned_system();
  ~owned_system();
  owned_system(owned_system&&) noexcept;
  owned_system& operator=(owned_system&&) noexcept;

  /// The system. Lives as long as this object.
  caf::actor_system& system();

  /// Whether the calling thread belongs to an owned system: there none may be destroyed.
  static bool on_own_thread();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Wraps an error for `response_promise::deliver` and for exit reasons.
caf::error to_caf(error cause);

} // namespace v0
} // namespace kdb

#define KDB_X(request) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::request)
KDB_OPERATIONS(KDB_X)
#undef KDB_X

namespace kdb {
inline namespace KDB_API v0 {
namespace detail {

template <class T>
inline constexpr bool is_answer = false
#define KDB_X(request) || std::is_same_v<T, request::answer>
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
  ;

/// What CAF can carry by itself, besides numbers.
template <class T>
inline constexpr bool is_native = std::is_void_v<T> || std::is_same_v<T, std::string>;

} // namespace detail
} // namespace v0
} // namespace kdb

#define KDB_X(request)                                                                                                           \
  static_assert(kdb::detail::is_native<kdb::request::answer> || caf::type_nr<kdb::request::answer>::value == 0,                  \
                "CAF carries this type by itself: wrap it in a struct");
KDB_OPERATIONS(KDB_X)
#undef KDB_X

template <class T>
  requires(kdb::detail::is_answer<T> && !kdb::detail::is_native<T>)
struct caf::allowed_unsafe_message_type<T> : std::true_type {};

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::next)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::error)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::event_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::read_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscribe_to_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscribe_to_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscription_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::close)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::observe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::connection_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::reader_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::subscription_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::consumer_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::batch_outcomes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::ack_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::ack_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::nack_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::answer_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::consume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::consumer_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::watch_statistics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::statistics_watcher_actor)
