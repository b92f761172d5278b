// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <kdb/any_caf.hpp>
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
using reader_actor = caf::typed_actor<accepts<next, event_batch>, // In order; several may be asked for at once.
                                      accepts<cancel>>;

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
using subscription_actor = caf::typed_actor<accepts<cancel>>; // Answers when the end has been sent.

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
  caf::typed_actor<accepts<ack_events, ack_result>, accepts<nack_events, ack_result>, accepts<answer_batch, ack_result>,
                   accepts<cancel>>; // Answers when the end has been sent.

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
using statistics_watcher_actor = caf::typed_actor<accepts<next, server_statistics>, accepts<cancel>>;

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
#define KDB_X(request) accepts<request, request::answer>,
  KDB_OPERATIONS(KDB_X)
#undef KDB_X
    accepts<read_stream, reader_actor>,
  accepts<read_all, reader_actor>, accepts<subscribe_to_stream, subscription_actor>,
  accepts<subscribe_to_all, subscription_actor>, accepts<consume, consumer_actor>,
  accepts<watch_statistics, statistics_watcher_actor>, accepts<observe>, accepts<close>>;

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

namespace kdb {
inline namespace KDB_API v0 {
namespace detail {

/// The types besides numbers that CAF can send without a declaration.
template <class T>
inline constexpr bool is_native = std::is_void_v<T> || std::is_same_v<T, std::string>;

/// The types that operations are answered with, each of them once.
template <class Found, class... Rest>
struct distinct_answers {
  using type = Found;
};
template <class... Found, class T, class... Rest>
struct distinct_answers<any_caf::types<Found...>, T, Rest...>
  : std::conditional_t<is_native<T> || any_caf::one_of<T, any_caf::types<Found...>>,
                       distinct_answers<any_caf::types<Found...>, Rest...>,
                       distinct_answers<any_caf::types<Found..., T>, Rest...>> {};

struct answer_block {
  using list = distinct_answers<any_caf::types<>
#define KDB_X(request) , request::answer
                                  KDB_OPERATIONS(KDB_X)
#undef KDB_X
                                >::type;
  static constexpr unsigned first = 1000;
  template <class T>
  static constexpr std::string_view name_of() {
    std::string_view found;
#define KDB_X(request)                                                                                                           \
  if (found.empty() && std::is_same_v<T, request::answer>)                                                                       \
    found = "kdb::" #request "::answer";
    KDB_OPERATIONS(KDB_X)
#undef KDB_X
    return found;
  }
};

struct request_block {
  using list = any_caf::types<error
#define KDB_X(request) , request
                                KDB_OPERATIONS(KDB_X)
#undef KDB_X
                              >;
  static constexpr unsigned first = 1100;
  template <class T>
  static constexpr std::string_view name_of() {
#define KDB_X(request)                                                                                                           \
  if (std::is_same_v<T, request>)                                                                                                \
    return "kdb::" #request;
    KDB_OPERATIONS(KDB_X)
#undef KDB_X
    return "kdb::error";
  }
};

} // namespace detail
} // namespace v0
} // namespace kdb

KDB_MESSAGE_BLOCK(kdb::detail::answer_block)
KDB_MESSAGE_BLOCK(kdb::detail::request_block)

KDB_ACTOR_MESSAGES(kdb_client, 1200, kdb::next, kdb::cancel, kdb::event_batch, kdb::read_stream, kdb::read_all,
                   kdb::subscribe_to_stream, kdb::subscribe_to_all, kdb::subscription_ended, kdb::close, kdb::observe,
                   kdb::connection_change, kdb::reader_actor, kdb::subscription_actor, kdb::consumer_batch, kdb::batch_outcomes,
                   kdb::ack_result, kdb::ack_events, kdb::nack_events, kdb::answer_batch, kdb::consume, kdb::consumer_actor,
                   kdb::watch_statistics, kdb::statistics_watcher_actor, kdb::errc, kdb::owned_event)

#if KDB_CAF_1
// Errors of libkdb are a category of `caf::error`.
template <>
struct caf::is_error_code_enum<kdb::errc> : std::true_type {};
#else
#define KDB_X(request)                                                                                                           \
  static_assert(kdb::detail::is_native<kdb::request::answer> || caf::type_nr<kdb::request::answer>::value == 0,                  \
                "CAF carries this type by itself: wrap it in a struct");
KDB_OPERATIONS(KDB_X)
#undef KDB_X
#endif
