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

// KurrentDB for actors: the messages and typed interfaces that a host needs. docs/actors.md has all messages, their senders and their
// answers.
//
// Errors arrive as `caf::error`; `kdb::error::from` converts them to the typed error. All handles may be used from any actor.
namespace kdb {
inline namespace KDB_API v0 {

// -- reading -------------------------------------------------------------------------

/// Asks a reader for the next batch, or a watch for the next sample. An empty batch is the end of the read; nothing is delivered after
/// it, or after an error. Use `caf::infinite` as the timeout of the request, because a batch that arrives after the timeout is lost. Set
/// the deadline of the read instead.
struct next {};

/// Ends a reader, subscription, consumer or watch early, in any state. May be sent repeatedly.
struct cancel {};

/// One read. It reads at most a few batches ahead. The reader and its call end when it is cancelled, when the actor that started it ends,
/// or when nobody holds its handle any more.
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
/// Each batch is a request; the next one arrives after it was answered. The handler returns nothing, or a promise that it fulfils later.
/// If it throws or answers with an error, the subscription ends with `subscriber_failed`. `subscription_ended` arrives once, as the last
/// message, and needs no answer.
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

/// Acknowledges events: they are processed.
struct ack_events {
  std::vector<event_token> events;
};

/// Nacks events: they were not processed.
struct nack_events {
  std::vector<event_token> events;
  nack_action action = nack_action::retry; ///< The action that the server takes.
  std::string reason{};                    ///< The reason, for people. The server keeps it with parked events.
};

/// Answers a batch with outcomes. If `outcomes` is empty, nothing is answered.
struct answer_batch {
  consumer_batch batch;                                          ///< The batch that was delivered.
  batch_outcomes outcomes = batch_outcomes::all(outcome::ack()); ///< One outcome for each event, or one for all.
};

/// A running consumer. Lives until its end, whether anyone holds the handle or not; it can be monitored. Answers are collected for a
/// short time or up to a number, and sent in order; answers that still wait when the consumer ends are sent then. Answers to events of an
/// earlier call are counted as stale and have no effect: the server delivers those events again.
using consumer_actor =
  caf::typed_actor<caf::replies_to<ack_events>::with<ack_result>, caf::replies_to<nack_events>::with<ack_result>,
                   caf::replies_to<answer_batch>::with<ack_result>,
                   caf::replies_to<cancel>::with<void>>; // Answers when the end has been sent.

/// Consumes from a group. Each event is delivered at least once. The answer comes when the server has confirmed.
///
/// The subscriber is any actor that handles `consumer_batch` and `subscription_ended`. Each batch is a request; the next one arrives
/// after it was answered. The answer is `batch_outcomes`, or nothing if the subscriber answers the events later by messages to the
/// consumer. If the handler throws or answers with an error, the events are answered as `consume_options::on_failure` says.
/// `subscription_ended` arrives once, as the last message; its `last` is empty. A consumer resumes after losses; it ends when the group
/// is deleted or the consumer is refused.
struct consume {
  group_name group;
  kdb::subscriber subscriber{};
  consume_options options{};
};

// -- watching statistics --------------------------------------------------------------------

/// A running watch of the statistics of the node in use. It answers `next` with a sample: the first one at once, then at most one in each
/// period. Several `next` may be pending. An error ends the watch, and every later `next` gets it again. The watch also ends when it is
/// cancelled, when the client is closed, or when nobody holds its handle any more.
using statistics_watcher_actor = caf::typed_actor<caf::replies_to<next>::with<server_statistics>, caf::reacts_to<cancel>>;

/// Watches the statistics of the node in use. Errors of the server come with the first `next`.
struct watch_statistics {
  watch_statistics_options options{};
};

// -- the client ---------------------------------------------------------------------------

/// Sends `connection_change` messages to `observer`: the current state at once (unless the client is idle), then every change until the
/// observer ends. `client_closed` is the last one.
struct observe {
  caf::actor observer; ///< Any actor that handles `connection_change`.
};

/// Closes the client: it accepts no new requests, cancels all calls, and answers pending requests with `closed`. The answer comes when
/// that is done, which takes a short time in every state. An exit message has the same effect.
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

/// Starts a client in the host's actor system, and returns at once, even if no server is running. The client can be linked and monitored;
/// send it `close` to end it. Errors: as of `client::connect`. Both schedulers work: `sharing` wakes an idle system faster, `stealing`
/// moves more messages between busy actors.
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

  /// Whether the calling thread belongs to an owned system. An owned system must not be destroyed on such a thread.
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

/// The types besides numbers that CAF can send without a declaration.
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
