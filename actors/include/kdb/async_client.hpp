// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility> // Boost.Asio 1.74 needs it with GCC 12, and does not say so.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#if __has_include(<boost/asio/associated_cancellation_slot.hpp>)
#include <boost/asio/associated_cancellation_slot.hpp>
#define KDB_HAS_CANCELLATION_SLOTS 1
#endif

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <kdb/async_core.hpp>
#include <kdb/export.hpp>
#include <kdb/pending_handlers.hpp>

// KurrentDB for Asio programs. Every operation takes a completion token as its last argument and completes with one `result`:
// a callback, `use_future`, `use_awaitable`, or any other. Completions run on the token's associated executor, else on the client's.
// With Boost 1.77 and later an associated cancellation slot works: it cancels an operation as `call_options::stop` does, and a pending
// `next`, which completes with `cancelled` and loses no batch. Cancelling the `next` of a watch ends the watch.
//
// Readings, subscriptions, consumers and watches can only be moved. Using a moved-from object is a mistake of the program: calls complete
// with `closed`, and debug builds of the library abort. It can be destroyed and assigned to.
namespace kdb {
inline namespace KDB_API v0 {

namespace detail {

/// A handler with its arguments. Posted as one object, so that move-only handlers can be posted, too.
template <class T, class Handler>
struct outcome_box final : handler_box {
  using executor_type = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;

  outcome_box(Handler given, const boost::asio::any_io_executor& fallback)
    : executor{boost::asio::get_associated_executor(given, fallback)}, work{executor}, handler{std::move(given)} {}

  void call() {
#ifdef KDB_HAS_CANCELLATION_SLOTS
    if (auto slot = boost::asio::get_associated_cancellation_slot(*handler); slot.is_connected())
      slot.clear();
#endif
    auto called = std::move(*handler);
    handler.reset(); // The objects that the handler owns are destroyed with the call.
    std::move(called)(std::move(*outcome));
  }

  const executor_type executor;
  boost::asio::executor_work_guard<executor_type> work; // Keeps the context running until the result arrives.
  std::optional<Handler> handler;
  std::optional<outcome_t<T>> outcome;
};

/// Posts a handler to its executor. A handler whose context is destroyed first is dropped with the context.
template <class T, class Handler>
class posted_completion final : public completion<T> {
public:
  posted_completion(Handler handler, const boost::asio::any_io_executor& fallback)
    : posted_completion{std::make_unique<box_type>(std::move(handler), fallback)} {}

  void complete(outcome_t<T> outcome) override {
    pending_.take([&](std::unique_ptr<handler_box> taken) {
      std::shared_ptr<box_type> box{static_cast<box_type*>(taken.release())};
      box->outcome.emplace(std::move(outcome));
      const auto work = std::move(box->work);
      const auto executor = box->executor;
      boost::asio::post(executor, [box = std::move(box)] { box->call(); });
    });
  }

private:
  using box_type = outcome_box<T, Handler>;
  explicit posted_completion(std::unique_ptr<box_type> box) : pending_{handlers_of(box->executor), std::move(box)} {}
  pending_handler pending_;
};

/// Connects the cancellation slot of a handler with the function that an initiating function wants to be called on cancellation.
template <class Handler, class Begin>
void connect_cancellation([[maybe_unused]] const Handler& handler, [[maybe_unused]] Begin& begin) {
#ifdef KDB_HAS_CANCELLATION_SLOTS
  if constexpr (requires { begin.canceller(); })
    if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected())
      slot.assign([cancel = begin.canceller()](boost::asio::cancellation_type) { cancel(); });
#endif
}

/// Sets a stop source on the options of a call, and returns a function that stops the call.
inline auto stopper_of(call_options& call) {
  std::stop_source source;
  call.stop = source.get_token();
  return [source] { source.request_stop(); };
}

/// Waits for the next batch of a state.
template <class State, class Batch>
struct next_of {
  std::shared_ptr<State> state;
  void operator()(completion_ptr<Batch> done) const { start_next(state, std::move(done)); }
  auto canceller() const {
    return [state = state] { stop_waiting(state); };
  }
};

/// Starts an operation.
template <class Request>
struct asking {
  async_core core;
  Request request;
  void operator()(completion_ptr<answer_of<Request>> done) { core.ask(std::move(request), std::move(done)); }
  auto canceller() requires has_call<Request> { return stopper_of(call_of(request)); }
};

/// Starts a subscription or a consumer.
template <class T, class Options, class Begin>
struct streaming {
  async_core core;
  Options options;
  Begin begin;
  void operator()(completion_ptr<T> done) { begin(core, std::move(options), std::move(done)); }
  auto canceller() { return stopper_of(options.call); }
};

/// Runs an initiating function with any completion token. The function receives the completion.
template <class T, class Initiate, class Token>
auto initiate(const boost::asio::any_io_executor& fallback, Initiate&& start, Token&& token) {
  return boost::asio::async_initiate<Token, void(outcome_t<T>)>(
    [](auto handler, boost::asio::any_io_executor executor, std::decay_t<Initiate> begin) {
      connect_cancellation(handler, begin);
      begin(std::make_shared<posted_completion<T, decltype(handler)>>(std::move(handler), executor));
    },
    token, fallback, std::forward<Initiate>(start));
}

/// Owns the state of a reading, subscription, consumer or watch, and ends it when the owner is destroyed or assigned to.
template <class State>
class stream_handle {
public:
  explicit stream_handle(std::shared_ptr<State> state) : state_{std::move(state)} {}
  stream_handle(stream_handle&&) noexcept = default;
  stream_handle& operator=(stream_handle&& other) noexcept {
    auto replaced = std::exchange(state_, std::exchange(other.state_, nullptr));
    if (replaced)
      detail::cancel(replaced);
    return *this;
  }
  ~stream_handle() { cancel(); }

  /// Null after a move.
  const std::shared_ptr<State>& state() const { return state_; }

  void cancel() const {
    if (state_)
      detail::cancel(state_);
  }

private:
  std::shared_ptr<State> state_;
};

} // namespace detail

/// One read. `next` may not be called again before it has completed. Destroying it, or `cancel`, ends the call.
class async_reading {
public:
  async_reading(std::shared_ptr<detail::async_reading_state> state, boost::asio::any_io_executor executor)
    : handle_{std::move(state)}, executor_{std::move(executor)} {}

  /// Completes with the next batch, with an empty batch at the end of the read, or with an error.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<event_batch>(executor_, detail::next_of<detail::async_reading_state, event_batch>{handle_.state()},
                                         std::forward<Token>(token));
  }

  /// The bounds of the stream, as far as the batches so far contain them.
  stream_bounds bounds() const { return bounds_of(handle_.state()); }

  /// Ends the read. A pending `next` completes with `closed`.
  void cancel() { handle_.cancel(); }

private:
  detail::stream_handle<detail::async_reading_state> handle_;
  boost::asio::any_io_executor executor_;
};

/// A running catch-up subscription. `next` may not be called again before it has completed. Destroying it, or `cancel`, ends it.
class async_subscription {
public:
  async_subscription(std::shared_ptr<detail::async_subscription_state> state, boost::asio::any_io_executor executor)
    : handle_{std::move(state)}, executor_{std::move(executor)} {}

  /// Completes with the next batch, or with an error when the subscription has ended. Each call lets the server send more.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<event_batch>(
      executor_, detail::next_of<detail::async_subscription_state, event_batch>{handle_.state()}, std::forward<Token>(token));
  }

  /// How it ended, after `next` has failed.
  std::optional<subscription_ended> ended() const { return end_of(handle_.state()); }

  /// Ends it; a pending `next` completes with `cancelled`.
  void cancel() { handle_.cancel(); }

private:
  detail::stream_handle<detail::async_subscription_state> handle_;
  boost::asio::any_io_executor executor_;
};

/// A running consumer of a group. `next` may not be called again before it has completed. Destroying it, or `cancel`, ends it when the
/// answers given so far are sent.
///
/// Answers are collected for a short time or up to a number, and sent in order. Answers to events of an earlier call are counted as stale
/// and have no effect: the server delivers those events again. After the end of the consumer answers fail with `closed`.
class async_consumer {
public:
  async_consumer(std::shared_ptr<detail::async_consumer_state> state, boost::asio::any_io_executor executor)
    : handle_{std::move(state)}, executor_{std::move(executor)} {}

  /// Completes with the next batch, or with an error when the consumer has ended.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<consumer_batch>(
      executor_, detail::next_of<detail::async_consumer_state, consumer_batch>{handle_.state()}, std::forward<Token>(token));
  }

  /// Answers the batch: one outcome for each event, or one for all.
  template <class Token>
  auto answer(consumer_batch batch, batch_outcomes outcomes, Token&& token) {
    return detail::initiate<ack_result>(
      executor_,
      [state = handle_.state(), batch = std::move(batch),
       outcomes = std::move(outcomes)](detail::completion_ptr<ack_result> done) mutable {
        detail::answer(state, std::move(batch), std::move(outcomes), std::move(done));
      },
      std::forward<Token>(token));
  }
  /// Acknowledges all events of the batch.
  template <class Token>
  auto ack(consumer_batch batch, Token&& token) {
    return answer(std::move(batch), batch_outcomes::all(outcome::ack()), std::forward<Token>(token));
  }
  /// Nacks all events of the batch.
  template <class Token>
  auto nack(consumer_batch batch, nack_action action, std::string reason, Token&& token) {
    return answer(std::move(batch), batch_outcomes::all(outcome::nack(action, std::move(reason))), std::forward<Token>(token));
  }
  /// Answers some events with the same outcome.
  template <class Token>
  auto answer(std::vector<event_token> events, outcome outcome, Token&& token) {
    return detail::initiate<ack_result>(
      executor_,
      [state = handle_.state(), events = std::move(events),
       outcome = std::move(outcome)](detail::completion_ptr<ack_result> done) mutable {
        detail::answer(state, std::move(events), std::move(outcome), std::move(done));
      },
      std::forward<Token>(token));
  }

  /// How it ended, after `next` has failed.
  std::optional<subscription_ended> ended() const { return end_of(handle_.state()); }

  /// Ends it; a pending `next` completes with `cancelled`.
  void cancel() { handle_.cancel(); }

private:
  detail::stream_handle<detail::async_consumer_state> handle_;
  boost::asio::any_io_executor executor_;
};

/// A running watch of a node's statistics: `watch_statistics_options` says when it takes samples. Destroying it, or `cancel`, ends it.
class async_statistics_watch {
public:
  async_statistics_watch(std::shared_ptr<detail::async_statistics_state> state, boost::asio::any_io_executor executor)
    : handle_{std::move(state)}, executor_{std::move(executor)} {}

  /// Completes with the next sample. An error ends the watch, and every later call completes with it again.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<server_statistics>(
      executor_, detail::next_of<detail::async_statistics_state, server_statistics>{handle_.state()}, std::forward<Token>(token));
  }

  /// Ends it; a pending `next` completes with `cancelled`.
  void cancel() { handle_.cancel(); }

private:
  detail::stream_handle<detail::async_statistics_state> handle_;
  boost::asio::any_io_executor executor_;
};

/// A client of KurrentDB for Asio programs. Cheap to copy: copies share one runtime, which closes when the last one is destroyed. Operations
/// may be started from any thread.
class async_client {
public:
  /// Moving copies: a client that was moved from can still be used.
  async_client(const async_client&) = default;
  async_client& operator=(const async_client&) = default;

  /// Parses the connection string, starts the runtime, and returns at once, even if no server is running. Errors: as of
  /// `client::connect`.
  static result<async_client> connect(boost::asio::any_io_executor executor, std::string_view connection_string) {
    auto parsed = settings::from_connection_string(connection_string);
    if (!parsed)
      return unexpected{std::move(parsed.error())};
    return connect(std::move(executor), std::move(*parsed));
  }

  /// The same with settings. Errors: as of `client::connect`.
  static result<async_client> connect(boost::asio::any_io_executor executor, settings settings) {
    auto core = detail::async_core::start(std::move(settings));
    if (!core)
      return unexpected{std::move(core.error())};
    return async_client{std::move(*core), std::move(executor)};
  }

  /// The executor of completions whose token has no executor.
  const boost::asio::any_io_executor& get_executor() const { return executor_; }

  /// Carries out an operation. Its request, for instance `kdb::append_to_stream`, documents the effect and the answer. Completes with a
  /// `result` of the answer; `append_in_parts` always completes with its plain answer. The member functions of the same names are
  /// shorthands for it.
  template <operation Request, class Token>
  auto ask(Request request, Token&& token) const {
    return detail::initiate<answer_of<Request>>(executor_, detail::asking<Request>{core_, std::move(request)},
                                                std::forward<Token>(token));
  }

  // -- Appending
  template <class Token>
  auto append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events, append_options options,
                        Token&& token) const {
    return ask(kdb::append_to_stream{std::move(stream), expected, std::move(events), std::move(options)},
               std::forward<Token>(token));
  }
  template <class Token>
  auto append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events, Token&& token) const {
    return ask(kdb::append_to_stream{std::move(stream), expected, std::move(events)}, std::forward<Token>(token));
  }
  template <class Token>
  auto append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events, append_in_parts_options options,
                       Token&& token) const {
    return ask(kdb::append_in_parts{std::move(stream), expected, std::move(events), std::move(options)},
               std::forward<Token>(token));
  }
  template <class Token>
  auto append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events, Token&& token) const {
    return ask(kdb::append_in_parts{std::move(stream), expected, std::move(events)}, std::forward<Token>(token));
  }
  template <class Token>
  auto append_to_streams(std::vector<stream_append> appends, records_options options, Token&& token) const {
    return ask(kdb::append_to_streams{std::move(appends), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto append_to_streams(std::vector<stream_append> appends, Token&& token) const {
    return ask(kdb::append_to_streams{std::move(appends)}, std::forward<Token>(token));
  }
  template <class Token>
  auto append_records(std::vector<stream_record> records, std::vector<consistency_check> checks, records_options options,
                      Token&& token) const {
    return ask(kdb::append_records{std::move(records), std::move(checks), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto append_records(std::vector<stream_record> records, std::vector<consistency_check> checks, Token&& token) const {
    return ask(kdb::append_records{std::move(records), std::move(checks)}, std::forward<Token>(token));
  }
  template <class Token>
  auto append_records(std::vector<stream_record> records, Token&& token) const {
    return ask(kdb::append_records{std::move(records)}, std::forward<Token>(token));
  }

  // -- Reading
  template <class Token>
  auto read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes, Token&& token) const {
    return ask(kdb::read_stream_to_end{std::move(stream), std::move(options), max_bytes}, std::forward<Token>(token));
  }
  template <class Token>
  auto read_stream_to_end(std::string stream, read_stream_options options, Token&& token) const {
    return ask(kdb::read_stream_to_end{std::move(stream), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto read_stream_to_end(std::string stream, Token&& token) const {
    return ask(kdb::read_stream_to_end{std::move(stream)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_commit_position(commit_position_options options, Token&& token) const {
    return ask(kdb::get_commit_position{std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_commit_position(Token&& token) const {
    return ask(kdb::get_commit_position{}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_current_version(std::string stream, call_options call, Token&& token) const {
    return ask(kdb::get_current_version{std::move(stream), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_current_version(std::string stream, Token&& token) const {
    return ask(kdb::get_current_version{std::move(stream)}, std::forward<Token>(token));
  }

  // -- Streams: deleting, metadata, default access lists
  template <class Token>
  auto delete_stream(std::string stream, stream_state expected, delete_options options, Token&& token) const {
    return ask(kdb::delete_stream{std::move(stream), expected, std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_stream(std::string stream, stream_state expected, Token&& token) const {
    return ask(kdb::delete_stream{std::move(stream), expected}, std::forward<Token>(token));
  }
  template <class Token>
  auto tombstone_stream(std::string stream, stream_state expected, delete_options options, Token&& token) const {
    return ask(kdb::tombstone_stream{std::move(stream), expected, std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto tombstone_stream(std::string stream, stream_state expected, Token&& token) const {
    return ask(kdb::tombstone_stream{std::move(stream), expected}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_stream_metadata(std::string stream, metadata_options options, Token&& token) const {
    return ask(kdb::get_stream_metadata{std::move(stream), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_stream_metadata(std::string stream, Token&& token) const {
    return ask(kdb::get_stream_metadata{std::move(stream)}, std::forward<Token>(token));
  }
  template <class Token>
  auto set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata, metadata_options options,
                           Token&& token) const {
    return ask(kdb::set_stream_metadata{std::move(stream), expected, std::move(metadata), std::move(options)},
               std::forward<Token>(token));
  }
  template <class Token>
  auto set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata, Token&& token) const {
    return ask(kdb::set_stream_metadata{std::move(stream), expected, std::move(metadata)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_system_settings(metadata_options options, Token&& token) const {
    return ask(kdb::get_system_settings{std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_system_settings(Token&& token) const {
    return ask(kdb::get_system_settings{}, std::forward<Token>(token));
  }
  template <class Token>
  auto set_system_settings(stream_state expected, system_settings settings, metadata_options options, Token&& token) const {
    return ask(kdb::set_system_settings{expected, std::move(settings), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto set_system_settings(stream_state expected, system_settings settings, Token&& token) const {
    return ask(kdb::set_system_settings{expected, std::move(settings)}, std::forward<Token>(token));
  }

  // -- Groups of persistent subscriptions: kdb/groups.hpp
  template <class Token>
  auto create_group(std::string stream, std::string group, create_group_options options, Token&& token) const {
    return ask(kdb::create_group{std::move(stream), std::move(group), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_group(std::string stream, std::string group, Token&& token) const {
    return ask(kdb::create_group{std::move(stream), std::move(group)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_group_on_all(std::string group, create_group_on_all_options options, Token&& token) const {
    return ask(kdb::create_group_on_all{std::move(group), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_group_on_all(std::string group, Token&& token) const {
    return ask(kdb::create_group_on_all{std::move(group)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_group(std::string stream, std::string group, update_group_options options, Token&& token) const {
    return ask(kdb::update_group{std::move(stream), std::move(group), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_group(std::string stream, std::string group, Token&& token) const {
    return ask(kdb::update_group{std::move(stream), std::move(group)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_group_on_all(std::string group, update_group_on_all_options options, Token&& token) const {
    return ask(kdb::update_group_on_all{std::move(group), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_group_on_all(std::string group, Token&& token) const {
    return ask(kdb::update_group_on_all{std::move(group)}, std::forward<Token>(token));
  }
  template <class Token>
  auto change_group(group_name name, group_changes changes, call_options call, Token&& token) const {
    return ask(kdb::change_group{std::move(name), std::move(changes), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto change_group(group_name name, group_changes changes, Token&& token) const {
    return ask(kdb::change_group{std::move(name), std::move(changes)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_group(group_name name, call_options call, Token&& token) const {
    return ask(kdb::delete_group{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_group(group_name name, Token&& token) const {
    return ask(kdb::delete_group{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_group_info(group_name name, call_options call, Token&& token) const {
    return ask(kdb::get_group_info{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_group_info(group_name name, Token&& token) const {
    return ask(kdb::get_group_info{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_groups(std::optional<std::string> stream, call_options call, Token&& token) const {
    return ask(kdb::list_groups{std::move(stream), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_groups(std::optional<std::string> stream, Token&& token) const {
    return ask(kdb::list_groups{std::move(stream)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_groups(Token&& token) const {
    return ask(kdb::list_groups{}, std::forward<Token>(token));
  }
  template <class Token>
  auto replay_parked(group_name name, parked_options options, Token&& token) const {
    return ask(kdb::replay_parked{std::move(name), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto replay_parked(group_name name, Token&& token) const {
    return ask(kdb::replay_parked{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto truncate_parked(group_name name, parked_options options, Token&& token) const {
    return ask(kdb::truncate_parked{std::move(name), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto truncate_parked(group_name name, Token&& token) const {
    return ask(kdb::truncate_parked{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto restart_persistent_subscriptions(call_options call, Token&& token) const {
    return ask(kdb::restart_persistent_subscriptions{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto restart_persistent_subscriptions(Token&& token) const {
    return ask(kdb::restart_persistent_subscriptions{}, std::forward<Token>(token));
  }

  // -- Users: kdb/users.hpp
  template <class Token>
  auto create_user(std::string login_name, std::string password, create_user_options options, Token&& token) const {
    return ask(kdb::create_user{std::move(login_name), std::move(password), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_user(std::string login_name, std::string password, Token&& token) const {
    return ask(kdb::create_user{std::move(login_name), std::move(password)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_user(std::string login_name, update_user_options options, Token&& token) const {
    return ask(kdb::update_user{std::move(login_name), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_user(std::string login_name, call_options call, Token&& token) const {
    return ask(kdb::delete_user{std::move(login_name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_user(std::string login_name, Token&& token) const {
    return ask(kdb::delete_user{std::move(login_name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto enable_user(std::string login_name, call_options call, Token&& token) const {
    return ask(kdb::enable_user{std::move(login_name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto enable_user(std::string login_name, Token&& token) const {
    return ask(kdb::enable_user{std::move(login_name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto disable_user(std::string login_name, call_options call, Token&& token) const {
    return ask(kdb::disable_user{std::move(login_name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto disable_user(std::string login_name, Token&& token) const {
    return ask(kdb::disable_user{std::move(login_name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_user(std::string login_name, call_options call, Token&& token) const {
    return ask(kdb::get_user{std::move(login_name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_user(std::string login_name, Token&& token) const {
    return ask(kdb::get_user{std::move(login_name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_current_user(call_options call, Token&& token) const {
    return ask(kdb::get_current_user{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_current_user(Token&& token) const {
    return ask(kdb::get_current_user{}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_users(call_options call, Token&& token) const {
    return ask(kdb::list_users{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_users(Token&& token) const {
    return ask(kdb::list_users{}, std::forward<Token>(token));
  }
  template <class Token>
  auto change_password(std::string login_name, std::string current_password, std::string new_password, call_options call,
                       Token&& token) const {
    return ask(kdb::change_password{std::move(login_name), std::move(current_password), std::move(new_password), std::move(call)},
               std::forward<Token>(token));
  }
  template <class Token>
  auto change_password(std::string login_name, std::string current_password, std::string new_password, Token&& token) const {
    return ask(kdb::change_password{std::move(login_name), std::move(current_password), std::move(new_password)},
               std::forward<Token>(token));
  }
  template <class Token>
  auto reset_password(std::string login_name, std::string new_password, call_options call, Token&& token) const {
    return ask(kdb::reset_password{std::move(login_name), std::move(new_password), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto reset_password(std::string login_name, std::string new_password, Token&& token) const {
    return ask(kdb::reset_password{std::move(login_name), std::move(new_password)}, std::forward<Token>(token));
  }

  // -- Projections: kdb/projections.hpp
  template <class Token>
  auto create_projection(std::string name, std::string query, create_projection_options options, Token&& token) const {
    return ask(kdb::create_projection{std::move(name), std::move(query), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_projection(std::string name, std::string query, Token&& token) const {
    return ask(kdb::create_projection{std::move(name), std::move(query)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_one_time_projection(std::string query, create_one_time_projection_options options, Token&& token) const {
    return ask(kdb::create_one_time_projection{std::move(query), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_one_time_projection(std::string query, Token&& token) const {
    return ask(kdb::create_one_time_projection{std::move(query)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_transient_projection(std::string name, std::string query, create_transient_projection_options options,
                                   Token&& token) const {
    return ask(kdb::create_transient_projection{std::move(name), std::move(query), std::move(options)},
               std::forward<Token>(token));
  }
  template <class Token>
  auto create_transient_projection(std::string name, std::string query, Token&& token) const {
    return ask(kdb::create_transient_projection{std::move(name), std::move(query)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_projection(std::string name, std::string query, update_projection_options options, Token&& token) const {
    return ask(kdb::update_projection{std::move(name), std::move(query), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto update_projection(std::string name, std::string query, Token&& token) const {
    return ask(kdb::update_projection{std::move(name), std::move(query)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_projection(std::string name, delete_projection_options options, Token&& token) const {
    return ask(kdb::delete_projection{std::move(name), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_projection(std::string name, Token&& token) const {
    return ask(kdb::delete_projection{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto enable_projection(std::string name, call_options call, Token&& token) const {
    return ask(kdb::enable_projection{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto enable_projection(std::string name, Token&& token) const {
    return ask(kdb::enable_projection{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto disable_projection(std::string name, call_options call, Token&& token) const {
    return ask(kdb::disable_projection{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto disable_projection(std::string name, Token&& token) const {
    return ask(kdb::disable_projection{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto abort_projection(std::string name, call_options call, Token&& token) const {
    return ask(kdb::abort_projection{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto abort_projection(std::string name, Token&& token) const {
    return ask(kdb::abort_projection{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto reset_projection(std::string name, call_options call, Token&& token) const {
    return ask(kdb::reset_projection{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto reset_projection(std::string name, Token&& token) const {
    return ask(kdb::reset_projection{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_projection_statistics(std::string name, call_options call, Token&& token) const {
    return ask(kdb::get_projection_statistics{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_projection_statistics(std::string name, Token&& token) const {
    return ask(kdb::get_projection_statistics{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_projections(projection_mode mode, call_options call, Token&& token) const {
    return ask(kdb::list_projections{mode, std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_projections(projection_mode mode, Token&& token) const {
    return ask(kdb::list_projections{mode}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_projections(Token&& token) const {
    return ask(kdb::list_projections{}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_projection_state(std::string name, projection_state_options options, Token&& token) const {
    return ask(kdb::get_projection_state{std::move(name), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_projection_state(std::string name, Token&& token) const {
    return ask(kdb::get_projection_state{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_projection_result(std::string name, projection_state_options options, Token&& token) const {
    return ask(kdb::get_projection_result{std::move(name), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_projection_result(std::string name, Token&& token) const {
    return ask(kdb::get_projection_result{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto restart_projections(call_options call, Token&& token) const {
    return ask(kdb::restart_projections{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto restart_projections(Token&& token) const {
    return ask(kdb::restart_projections{}, std::forward<Token>(token));
  }

  // -- User-defined indexes: kdb/indexes.hpp
  template <class Token>
  auto create_index(std::string name, index_definition definition, create_index_options options, Token&& token) const {
    return ask(kdb::create_index{std::move(name), std::move(definition), std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto create_index(std::string name, index_definition definition, Token&& token) const {
    return ask(kdb::create_index{std::move(name), std::move(definition)}, std::forward<Token>(token));
  }
  template <class Token>
  auto start_index(std::string name, call_options call, Token&& token) const {
    return ask(kdb::start_index{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto start_index(std::string name, Token&& token) const {
    return ask(kdb::start_index{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto stop_index(std::string name, call_options call, Token&& token) const {
    return ask(kdb::stop_index{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto stop_index(std::string name, Token&& token) const {
    return ask(kdb::stop_index{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_index(std::string name, call_options call, Token&& token) const {
    return ask(kdb::delete_index{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto delete_index(std::string name, Token&& token) const {
    return ask(kdb::delete_index{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_index(std::string name, call_options call, Token&& token) const {
    return ask(kdb::get_index{std::move(name), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_index(std::string name, Token&& token) const {
    return ask(kdb::get_index{std::move(name)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_indexes(call_options call, Token&& token) const {
    return ask(kdb::list_indexes{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto list_indexes(Token&& token) const {
    return ask(kdb::list_indexes{}, std::forward<Token>(token));
  }

  // -- The node in use: kdb/operations.hpp
  template <class Token>
  auto start_scavenge(scavenge_options options, Token&& token) const {
    return ask(kdb::start_scavenge{std::move(options)}, std::forward<Token>(token));
  }
  template <class Token>
  auto start_scavenge(Token&& token) const {
    return ask(kdb::start_scavenge{}, std::forward<Token>(token));
  }
  template <class Token>
  auto stop_scavenge(std::string id, call_options call, Token&& token) const {
    return ask(kdb::stop_scavenge{std::move(id), std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto stop_scavenge(std::string id, Token&& token) const {
    return ask(kdb::stop_scavenge{std::move(id)}, std::forward<Token>(token));
  }
  template <class Token>
  auto merge_indexes(call_options call, Token&& token) const {
    return ask(kdb::merge_indexes{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto merge_indexes(Token&& token) const {
    return ask(kdb::merge_indexes{}, std::forward<Token>(token));
  }
  template <class Token>
  auto resign_node(call_options call, Token&& token) const {
    return ask(kdb::resign_node{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto resign_node(Token&& token) const {
    return ask(kdb::resign_node{}, std::forward<Token>(token));
  }
  template <class Token>
  auto set_node_priority(std::int32_t priority, call_options call, Token&& token) const {
    return ask(kdb::set_node_priority{priority, std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto set_node_priority(std::int32_t priority, Token&& token) const {
    return ask(kdb::set_node_priority{priority}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_statistics(call_options call, Token&& token) const {
    return ask(kdb::get_statistics{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_statistics(Token&& token) const {
    return ask(kdb::get_statistics{}, std::forward<Token>(token));
  }
  template <class Token>
  auto shut_down_node(call_options call, Token&& token) const {
    return ask(kdb::shut_down_node{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto shut_down_node(Token&& token) const {
    return ask(kdb::shut_down_node{}, std::forward<Token>(token));
  }

  // -- The client, and the cluster
  template <class Token>
  auto wait_connected(std::chrono::milliseconds timeout, Token&& token) const {
    return ask(kdb::wait_connected{timeout}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_server_info(call_options call, Token&& token) const {
    return ask(kdb::get_server_info{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_server_info(Token&& token) const {
    return ask(kdb::get_server_info{}, std::forward<Token>(token));
  }
  template <class Token>
  auto read_gossip(call_options call, Token&& token) const {
    return ask(kdb::read_gossip{std::move(call)}, std::forward<Token>(token));
  }
  template <class Token>
  auto read_gossip(Token&& token) const {
    return ask(kdb::read_gossip{}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_status(Token&& token) const {
    return ask(kdb::get_status{}, std::forward<Token>(token));
  }
  template <class Token>
  auto get_health(Token&& token) const {
    return ask(kdb::get_health{}, std::forward<Token>(token));
  }

  // -- Streams of events

  /// Reads one stream. Errors come with the first `next`.
  async_reading read_stream(std::string stream, read_stream_options options = {}) const {
    return {core_.read_stream(std::move(stream), std::move(options)), executor_};
  }
  /// Reads $all. Errors come with the first `next`.
  async_reading read_all(read_all_options options = {}) const { return {core_.read_all(std::move(options)), executor_}; }

  /// Follows one stream; completes when the server has confirmed.
  template <class Token>
  auto subscribe_to_stream(std::string stream, subscribe_to_stream_options options, Token&& token) const {
    return start_streaming<async_subscription>(
      std::move(options),
      [stream = std::move(stream), executor = executor_](auto& core, auto given, auto done) mutable {
        core.subscribe_to_stream(std::move(stream), std::move(given), into_subscription(std::move(done), std::move(executor)));
      },
      std::forward<Token>(token));
  }
  /// Follows $all; completes when the server has confirmed.
  template <class Token>
  auto subscribe_to_all(subscribe_to_all_options options, Token&& token) const {
    return start_streaming<async_subscription>(
      std::move(options),
      [executor = executor_](auto& core, auto given, auto done) mutable {
        core.subscribe_to_all(std::move(given), into_subscription(std::move(done), std::move(executor)));
      },
      std::forward<Token>(token));
  }

  /// Consumes from a group; completes when the server has confirmed. Each event is delivered at least once.
  template <class Token>
  auto consume(group_name group, consume_options options, Token&& token) const {
    return start_streaming<async_consumer>(
      std::move(options),
      [group = std::move(group), executor = executor_](auto& core, auto given, auto done) mutable {
        core.consume(std::move(group), std::move(given),
                     into<async_consumer, detail::async_consumer_state>(std::move(done), std::move(executor)));
      },
      std::forward<Token>(token));
  }

  // -- Streams of statistics

  /// Watches the statistics of the node in use. Errors of the server come with the first `next`.
  template <class Token>
  auto watch_statistics(watch_statistics_options options, Token&& token) const {
    return start<async_statistics_watch>(
      [options = std::move(options), executor = executor_](auto& core, auto done) mutable {
        core.watch_statistics(std::move(options),
                              into<async_statistics_watch, detail::async_statistics_state>(std::move(done), std::move(executor)));
      },
      std::forward<Token>(token));
  }

  /// Ends all running operations of this client and its copies with `closed`, and completes when they have ended. May be called from any
  /// thread, in any state, and repeatedly.
  template <class Token>
  auto close(Token&& token) const {
    return start<void>([](auto& core, auto done) { core.close(std::move(done)); }, std::forward<Token>(token));
  }

private:
  async_client(detail::async_core core, boost::asio::any_io_executor executor)
    : core_{std::move(core)}, executor_{std::move(executor)} {}

  template <class T, class Options, class Begin, class Token>
  auto start_streaming(Options options, Begin begin, Token&& token) const {
    return detail::initiate<T>(executor_, detail::streaming<T, Options, Begin>{core_, std::move(options), std::move(begin)},
                               std::forward<Token>(token));
  }

  template <class T, class Begin, class Token>
  auto start(Begin begin, Token&& token) const {
    auto begin_with_core = [core = core_, begin = std::move(begin)](detail::completion_ptr<T> done) mutable {
      begin(core, std::move(done));
    };
    return detail::initiate<T>(executor_, std::move(begin_with_core), std::forward<Token>(token));
  }

  /// Completes with the public handle for the state.
  template <class Outer, class State>
  static detail::completion_ptr<std::shared_ptr<State>> into(detail::completion_ptr<Outer> done,
                                                             boost::asio::any_io_executor executor) {
    using state_ptr = std::shared_ptr<State>;
    struct adapter final : detail::completion<state_ptr> {
      adapter(detail::completion_ptr<Outer> next, boost::asio::any_io_executor given)
        : done{std::move(next)}, executor{std::move(given)} {}
      void complete(result<state_ptr> outcome) override {
        if (outcome)
          done->complete(Outer{std::move(*outcome), executor});
        else
          done->complete(unexpected{std::move(outcome.error())});
      }
      detail::completion_ptr<Outer> done;
      boost::asio::any_io_executor executor;
    };
    return std::make_shared<adapter>(std::move(done), std::move(executor));
  }
  static detail::completion_ptr<std::shared_ptr<detail::async_subscription_state>> into_subscription(
    detail::completion_ptr<async_subscription> done, boost::asio::any_io_executor executor) {
    return into<async_subscription, detail::async_subscription_state>(std::move(done), std::move(executor));
  }

  detail::async_core core_;
  boost::asio::any_io_executor executor_;
};

} // namespace v0
} // namespace kdb
