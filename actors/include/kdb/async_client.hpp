#pragma once

#include <utility> // Boost.Asio 1.74 needs it with GCC 12, and does not say so.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <kdb/async_core.hpp>
#include <kdb/pending_handlers.hpp>

// KurrentDB for Asio programs. Every operation takes a completion token as its last argument and completes with one `result`:
// a callback, `use_future`, `use_awaitable`, or any other. Completions run on the token's associated executor, else on the client's.
namespace kdb {

namespace detail {

/// A handler with what it is called with. Posted as a whole, so that a handler which can only be moved can be posted, too.
template <class T, class Handler>
struct outcome_box final : handler_box {
  using executor_type = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;

  outcome_box(Handler given, const boost::asio::any_io_executor& fallback)
    : executor{boost::asio::get_associated_executor(given, fallback)}, work{executor}, handler{std::move(given)} {}

  void call() {
    auto called = std::move(*handler);
    handler.reset(); // What the handler owns goes with the call.
    std::move(called)(std::move(*outcome));
  }

  const executor_type executor;
  boost::asio::executor_work_guard<executor_type> work; // Its context runs until the result is there.
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

/// Runs an initiating function, which gets the completion, with any completion token.
template <class T, class Initiate, class Token>
auto initiate(const boost::asio::any_io_executor& fallback, Initiate&& start, Token&& token) {
  return boost::asio::async_initiate<Token, void(outcome_t<T>)>(
    [](auto handler, boost::asio::any_io_executor executor, std::decay_t<Initiate> begin) {
      begin(std::make_shared<posted_completion<T, decltype(handler)>>(std::move(handler), executor));
    },
    token, fallback, std::forward<Initiate>(start));
}

} // namespace detail

/// One read. `next` may not be called again before it has completed. Destroying it, or `cancel`, ends the call.
class async_reading {
public:
  async_reading(std::shared_ptr<detail::async_reading_state> state, boost::asio::any_io_executor executor)
    : state_{std::move(state)}, executor_{std::move(executor)} {}
  async_reading(async_reading&&) = default;
  async_reading& operator=(async_reading&&) = default;
  ~async_reading() { cancel(); }

  /// Completes with the next batch: an empty one when the read has ended in order, an error when it broke off.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<event_batch>(
      executor_, [state = state_](detail::completion_ptr<event_batch> done) { start_next(state, std::move(done)); },
      std::forward<Token>(token));
  }

  /// Where what is read begins and ends, as far as the batches taken so far have told.
  stream_bounds bounds() const { return bounds_of(state_); }

  /// Ends it; a pending `next` completes with `closed`.
  void cancel() {
    if (state_)
      detail::cancel(state_);
  }

private:
  std::shared_ptr<detail::async_reading_state> state_;
  boost::asio::any_io_executor executor_;
};

/// A running catch-up subscription. `next` may not be called again before it has completed. Destroying it, or `cancel`, ends it.
class async_subscription {
public:
  async_subscription(std::shared_ptr<detail::async_subscription_state> state, boost::asio::any_io_executor executor)
    : state_{std::move(state)}, executor_{std::move(executor)} {}
  async_subscription(async_subscription&&) = default;
  async_subscription& operator=(async_subscription&&) = default;
  ~async_subscription() { cancel(); }

  /// Completes with the next batch, or with an error when the subscription has ended. Asking is what lets the server send more.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<event_batch>(
      executor_, [state = state_](detail::completion_ptr<event_batch> done) { start_next(state, std::move(done)); },
      std::forward<Token>(token));
  }

  /// How it ended, once `next` has told that it did.
  std::optional<subscription_ended> ended() const { return end_of(state_); }

  /// Ends it; a pending `next` completes with `cancelled`.
  void cancel() {
    if (state_)
      detail::cancel(state_);
  }

private:
  std::shared_ptr<detail::async_subscription_state> state_;
  boost::asio::any_io_executor executor_;
};

/// A running consumer of a group. `next` may not be called again before it has completed. Destroying it, or `cancel`, ends it when the
/// answers given so far are sent.
///
/// Answers are gathered, by number and for a short time, and sent in order. Those to events of an earlier call are counted as stale and
/// do nothing: the server hands those events out again. After its end answers fail with `closed`.
class async_consumer {
public:
  async_consumer(std::shared_ptr<detail::async_consumer_state> state, boost::asio::any_io_executor executor)
    : state_{std::move(state)}, executor_{std::move(executor)} {}
  async_consumer(async_consumer&&) = default;
  async_consumer& operator=(async_consumer&&) = default;
  ~async_consumer() { cancel(); }

  /// Completes with the next batch, or with an error when the consumer has ended.
  template <class Token>
  auto next(Token&& token) {
    return detail::initiate<consumer_batch>(
      executor_, [state = state_](detail::completion_ptr<consumer_batch> done) { start_next(state, std::move(done)); },
      std::forward<Token>(token));
  }

  /// One outcome for each of its events, or one for all.
  template <class Token>
  auto answer(consumer_batch batch, batch_outcomes outcomes, Token&& token) {
    return detail::initiate<ack_result>(
      executor_,
      [state = state_, batch = std::move(batch),
       outcomes = std::move(outcomes)](detail::completion_ptr<ack_result> done) mutable {
        detail::answer(state, std::move(batch), std::move(outcomes), std::move(done));
      },
      std::forward<Token>(token));
  }
  /// All its events are processed.
  template <class Token>
  auto ack(consumer_batch batch, Token&& token) {
    return answer(std::move(batch), batch_outcomes::all(outcome::ack()), std::forward<Token>(token));
  }
  /// None of its events was processed.
  template <class Token>
  auto nack(consumer_batch batch, nack_action action, std::string reason, Token&& token) {
    return answer(std::move(batch), batch_outcomes::all(outcome::nack(action, std::move(reason))), std::forward<Token>(token));
  }
  /// The same outcome for some events.
  template <class Token>
  auto answer(std::vector<event_token> events, outcome how, Token&& token) {
    return detail::initiate<ack_result>(
      executor_,
      [state = state_, events = std::move(events), how = std::move(how)](detail::completion_ptr<ack_result> done) mutable {
        detail::answer(state, std::move(events), std::move(how), std::move(done));
      },
      std::forward<Token>(token));
  }

  /// How it ended, once `next` has told that it did.
  std::optional<subscription_ended> ended() const { return end_of(state_); }

  /// Ends it; a pending `next` completes with `cancelled`.
  void cancel() {
    if (state_)
      detail::cancel(state_);
  }

private:
  std::shared_ptr<detail::async_consumer_state> state_;
  boost::asio::any_io_executor executor_;
};

/// A client of KurrentDB for Asio programs. Cheap to copy: copies share one runtime, which closes when the last one goes. Operations
/// may be started from any thread.
class async_client {
public:
  /// Parses, starts the runtime and returns at once, also when no server is there. Errors are those of the connection string.
  static result<async_client> connect(boost::asio::any_io_executor executor, std::string_view connection_string) {
    auto how = settings::from_connection_string(connection_string);
    if (!how)
      return tl::unexpected{std::move(how.error())};
    return connect(std::move(executor), std::move(*how));
  }

  /// The same with settings; errors are those of `settings::validate`.
  static result<async_client> connect(boost::asio::any_io_executor executor, settings how) {
    auto core = detail::async_core::start(std::move(how));
    if (!core)
      return tl::unexpected{std::move(core.error())};
    return async_client{std::move(*core), std::move(executor)};
  }

  const boost::asio::any_io_executor& get_executor() const { return executor_; }

  /// Completes when a node is in use, or with an error after that time.
  template <class Token>
  auto wait_connected(std::chrono::milliseconds timeout, Token&& token) {
    return start<connected>([=](auto& core, auto done) { core.await_connected(timeout, std::move(done)); }, token);
  }

  /// How the client fares at this moment.
  template <class Token>
  auto status(Token&& token) {
    return start<client_status>([](auto& core, auto done) { core.get_status(std::move(done)); }, token);
  }

  /// What the server in use offers.
  template <class Token>
  auto server_info(call_options call, Token&& token) {
    return start<kdb::server_info>(
      [call = std::move(call)](auto& core, auto done) mutable { core.get_server_info(std::move(call), std::move(done)); }, token);
  }

  /// The members of the cluster, as the node in use sees them; of a single node, itself.
  template <class Token>
  auto read_gossip(call_options call, Token&& token) {
    return start<std::vector<cluster_member>>(
      [call = std::move(call)](auto& core, auto done) mutable { core.read_gossip(std::move(call), std::move(done)); }, token);
  }

  /// Appends all events to one stream, or none. Without events it only checks the expected state.
  template <class Token>
  auto append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events, append_options options,
                        Token&& token) {
    return start<append_result>(
      [stream = std::move(stream), expected, events = std::move(events), options = std::move(options)](auto& core,
                                                                                                       auto done) mutable {
        core.append_to_stream(std::move(stream), expected, std::move(events), std::move(options), std::move(done));
      },
      token);
  }
  template <class Token>
  auto append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events, Token&& token) {
    return append_to_stream(std::move(stream), expected, std::move(events), append_options{}, std::forward<Token>(token));
  }

  /// Appends a long list in parts, one append after the other. Not atomic: it stops at the first part that fails, and what is written
  /// stays. Every part expects the stream as the one before left it, unless any state or none in particular is expected; then a
  /// retry of the whole list with the same options is safe. Completes with the plain `append_in_parts_result`, in every case.
  template <class Token>
  auto append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events, append_in_parts_options options,
                       Token&& token) {
    return start<append_in_parts_result>(
      [stream = std::move(stream), expected, events = std::move(events), options = std::move(options)](auto& core,
                                                                                                       auto done) mutable {
        core.append_in_parts(std::move(stream), expected, std::move(events), std::move(options), std::move(done));
      },
      token);
  }

  /// Reads one stream to its end and keeps everything: for short ones. Above `max_bytes` in memory it fails with `read_too_large`.
  template <class Token>
  auto read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes, Token&& token) {
    return start<event_list>(
      [stream = std::move(stream), options = std::move(options), max_bytes](auto& core, auto done) mutable {
        core.read_stream_to_end(std::move(stream), std::move(options), max_bytes, std::move(done));
      },
      token);
  }
  template <class Token>
  auto read_stream_to_end(std::string stream, read_stream_options options, Token&& token) {
    return read_stream_to_end(std::move(stream), std::move(options), default_read_bytes, std::forward<Token>(token));
  }

  /// Reads one stream. Errors come with the first `next`.
  async_reading read_stream(std::string stream, read_stream_options options = {}) {
    return {core_.read_stream(std::move(stream), std::move(options)), executor_};
  }
  /// Reads $all. Errors come with the first `next`.
  async_reading read_all(read_all_options options = {}) { return {core_.read_all(std::move(options)), executor_}; }

  /// The position of the last event in $all, which also proves that the server answers; 0/0 if there is none.
  template <class Token>
  auto head_position(head_position_options options, Token&& token) {
    return start<log_position>(
      [options = std::move(options)](auto& core, auto done) mutable { core.head_position(std::move(options), std::move(done)); },
      token);
  }
  template <class Token>
  auto head_position(Token&& token) {
    return head_position(head_position_options{}, std::forward<Token>(token));
  }

  /// The revision of the last event of a stream; nothing if it does not exist or is deleted.
  template <class Token>
  auto current_revision(std::string stream, call_options call, Token&& token) {
    return start<std::optional<stream_revision>>(
      [stream = std::move(stream), call = std::move(call)](auto& core, auto done) mutable {
        core.current_revision(std::move(stream), std::move(call), std::move(done));
      },
      token);
  }

  /// Soft-deletes a stream: it reads as not found, and the next append goes on with the next revision. Replaces its metadata.
  template <class Token>
  auto delete_stream(std::string stream, stream_state expected, delete_options options, Token&& token) {
    return start<delete_result>(
      [stream = std::move(stream), expected, options = std::move(options)](auto& core, auto done) mutable {
        core.delete_stream(std::move(stream), expected, std::move(options), std::move(done));
      },
      token);
  }
  /// Deletes a stream for good: its name can't be used again.
  template <class Token>
  auto tombstone_stream(std::string stream, stream_state expected, delete_options options, Token&& token) {
    return start<delete_result>(
      [stream = std::move(stream), expected, options = std::move(options)](auto& core, auto done) mutable {
        core.tombstone_stream(std::move(stream), expected, std::move(options), std::move(done));
      },
      token);
  }

  template <class Token>
  auto get_stream_metadata(std::string stream, metadata_options options, Token&& token) {
    return start<metadata_result>(
      [stream = std::move(stream), options = std::move(options)](auto& core, auto done) mutable {
        core.get_stream_metadata(std::move(stream), std::move(options), std::move(done));
      },
      token);
  }
  /// Replaces the metadata of a stream. `expected` is the revision of the metadata, not of the stream.
  template <class Token>
  auto set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata, metadata_options options,
                           Token&& token) {
    return start<append_result>(
      [stream = std::move(stream), expected, metadata = std::move(metadata), options = std::move(options)](auto& core,
                                                                                                           auto done) mutable {
        core.set_stream_metadata(std::move(stream), expected, std::move(metadata), std::move(options), std::move(done));
      },
      token);
  }
  template <class Token>
  auto get_system_settings(metadata_options options, Token&& token) {
    return start<system_settings_result>(
      [options = std::move(options)](auto& core, auto done) mutable {
        core.get_system_settings(std::move(options), std::move(done));
      },
      token);
  }
  /// Replaces the system settings. `expected` is their own revision.
  template <class Token>
  auto set_system_settings(stream_state expected, system_settings settings, metadata_options options, Token&& token) {
    return start<append_result>(
      [expected, settings = std::move(settings), options = std::move(options)](auto& core, auto done) mutable {
        core.set_system_settings(expected, std::move(settings), std::move(options), std::move(done));
      },
      token);
  }

  /// Appends to several streams, atomically: either all is written or nothing. Each stream stands once.
  template <class Token>
  auto append_to_streams(std::vector<stream_append> appends, records_options options, Token&& token) {
    return start<records_result>(
      [appends = std::move(appends), options = std::move(options)](auto& core, auto done) mutable {
        core.append_to_streams(std::move(appends), std::move(options), std::move(done));
      },
      token);
  }
  /// Appends records in exactly this order to whatever streams they name, atomically, if all checks hold.
  template <class Token>
  auto append_records(std::vector<stream_record> records, std::vector<consistency_check> checks, records_options options,
                      Token&& token) {
    return start<records_result>(
      [records = std::move(records), checks = std::move(checks), options = std::move(options)](auto& core, auto done) mutable {
        core.append_records(std::move(records), std::move(checks), std::move(options), std::move(done));
      },
      token);
  }

  /// Follows one stream; completes when the server has confirmed.
  template <class Token>
  auto subscribe_to_stream(std::string stream, subscribe_to_stream_options options, Token&& token) {
    return start<async_subscription>(
      [stream = std::move(stream), options = std::move(options), executor = executor_](auto& core, auto done) mutable {
        core.subscribe_to_stream(std::move(stream), std::move(options), into_subscription(std::move(done), std::move(executor)));
      },
      token);
  }
  /// Follows $all; completes when the server has confirmed.
  template <class Token>
  auto subscribe_to_all(subscribe_to_all_options options, Token&& token) {
    return start<async_subscription>(
      [options = std::move(options), executor = executor_](auto& core, auto done) mutable {
        core.subscribe_to_all(std::move(options), into_subscription(std::move(done), std::move(executor)));
      },
      token);
  }

  /// Consumes from a group; completes when the server has confirmed. Each event comes at least once.
  template <class Token>
  auto consume(group_name group, consume_options options, Token&& token) {
    return start<async_consumer>(
      [group = std::move(group), options = std::move(options), executor = executor_](auto& core, auto done) mutable {
        core.consume(std::move(group), std::move(options),
                     into<async_consumer, detail::async_consumer_state>(std::move(done), std::move(executor)));
      },
      token);
  }

  // Groups of persistent subscriptions. All of this is served by the leader. A group that is not there is `group_not_found`, one that
  // the server refuses `group_failed`.

  /// Creates a group on a stream, which need not exist. `group_exists` if it is there already.
  template <class Token>
  auto create_group(std::string stream, std::string group, create_group_options options, Token&& token) {
    return start<void>(
      [stream = std::move(stream), group = std::move(group), options = std::move(options)](auto& core, auto done) mutable {
        core.create_group(std::move(stream), std::move(group), std::move(options), std::move(done));
      },
      token);
  }
  /// Creates a group on $all.
  template <class Token>
  auto create_group_on_all(std::string group, create_group_on_all_options options, Token&& token) {
    return start<void>(
      [group = std::move(group), options = std::move(options)](auto& core, auto done) mutable {
        core.create_group_on_all(std::move(group), std::move(options), std::move(done));
      },
      token);
  }
  /// Replaces all settings and the start of a group. Its consumers are sent away, and come back by themselves.
  template <class Token>
  auto update_group(std::string stream, std::string group, update_group_options options, Token&& token) {
    return start<void>(
      [stream = std::move(stream), group = std::move(group), options = std::move(options)](auto& core, auto done) mutable {
        core.update_group(std::move(stream), std::move(group), std::move(options), std::move(done));
      },
      token);
  }
  /// The same for a group on $all, which keeps its filter.
  template <class Token>
  auto update_group_on_all(std::string group, update_group_on_all_options options, Token&& token) {
    return start<void>(
      [group = std::move(group), options = std::move(options)](auto& core, auto done) mutable {
        core.update_group_on_all(std::move(group), std::move(options), std::move(done));
      },
      token);
  }
  /// Changes what is named and keeps the rest: asks for the present settings, then updates. Not atomic: of two at the same time the
  /// later one may undo the other.
  template <class Token>
  auto change_group(group_name name, group_changes changes, call_options call, Token&& token) {
    return start<void>(
      [name = std::move(name), changes = std::move(changes), call = std::move(call)](auto& core, auto done) mutable {
        core.change_group(std::move(name), std::move(changes), std::move(call), std::move(done));
      },
      token);
  }
  /// Deletes a group with its progress and its parked events, and ends its consumers.
  template <class Token>
  auto delete_group(group_name name, call_options call, Token&& token) {
    return start<void>([name = std::move(name), call = std::move(call)](
                         auto& core, auto done) mutable { core.delete_group(std::move(name), std::move(call), std::move(done)); },
                       token);
  }
  template <class Token>
  auto get_group_info(group_name name, call_options call, Token&& token) {
    return start<group_info>(
      [name = std::move(name), call = std::move(call)](auto& core, auto done) mutable {
        core.get_group_info(std::move(name), std::move(call), std::move(done));
      },
      token);
  }
  /// Lists the groups of a stream, of "$all", or all there are. `group_not_found` for a stream that never had one.
  template <class Token>
  auto list_groups(std::optional<std::string> stream, call_options call, Token&& token) {
    return start<std::vector<group_info>>(
      [stream = std::move(stream), call = std::move(call)](auto& core, auto done) mutable {
        core.list_groups(std::move(stream), std::move(call), std::move(done));
      },
      token);
  }
  /// Hands the parked events out again. Completes when that has begun.
  template <class Token>
  auto replay_parked(group_name name, parked_options options, Token&& token) {
    return start<void>(
      [name = std::move(name), options = std::move(options)](auto& core, auto done) mutable {
        core.replay_parked(std::move(name), std::move(options), std::move(done));
      },
      token);
  }
  /// Throws the parked events away.
  template <class Token>
  auto truncate_parked(group_name name, parked_options options, Token&& token) {
    return start<void>(
      [name = std::move(name), options = std::move(options)](auto& core, auto done) mutable {
        core.truncate_parked(std::move(name), std::move(options), std::move(done));
      },
      token);
  }
  /// Restarts everything about persistent subscriptions on the server. All consumers are sent away, and come back by themselves.
  template <class Token>
  auto restart_persistent_subscriptions(call_options call, Token&& token) {
    return start<void>(
      [call = std::move(call)](auto& core, auto done) mutable {
        core.restart_persistent_subscriptions(std::move(call), std::move(done));
      },
      token);
  }

  // Users. One that is not there is `user_not_found`; one that somebody else changed at the same time `user_conflict`. All but asking and
  // changing one's own password is for administrators: others get `access_denied`.

  /// Creates a user. One that is there already with this password is left as it is; with another one it is `user_conflict`.
  template <class Token>
  auto create_user(std::string login_name, std::string password, create_user_options options, Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), password = std::move(password), options = std::move(options)](auto& core,
                                                                                                         auto done) mutable {
        core.create_user(std::move(login_name), std::move(password), std::move(options), std::move(done));
      },
      token);
  }
  /// Replaces the full name and the groups of a user.
  template <class Token>
  auto update_user(std::string login_name, update_user_options options, Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), options = std::move(options)](auto& core, auto done) mutable {
        core.update_user(std::move(login_name), std::move(options), std::move(done));
      },
      token);
  }
  /// Deletes a user. Another one of that name may be created later. Calls that are under way go on.
  template <class Token>
  auto delete_user(std::string login_name, call_options call, Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), call = std::move(call)](auto& core, auto done) mutable {
        core.delete_user(std::move(login_name), std::move(call), std::move(done));
      },
      token);
  }
  /// Lets a user log in again.
  template <class Token>
  auto enable_user(std::string login_name, call_options call, Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), call = std::move(call)](auto& core, auto done) mutable {
        core.enable_user(std::move(login_name), std::move(call), std::move(done));
      },
      token);
  }
  /// Keeps a user from logging in, soon: servers remember whom they have checked for a second. Calls that are under way go on.
  template <class Token>
  auto disable_user(std::string login_name, call_options call, Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), call = std::move(call)](auto& core, auto done) mutable {
        core.disable_user(std::move(login_name), std::move(call), std::move(done));
      },
      token);
  }
  template <class Token>
  auto get_user(std::string login_name, call_options call, Token&& token) {
    return start<user_details>(
      [login_name = std::move(login_name), call = std::move(call)](auto& core, auto done) mutable {
        core.get_user(std::move(login_name), std::move(call), std::move(done));
      },
      token);
  }
  /// The user whose credentials the call travels with: those of the call, else the client's. Refused as `invalid_argument` if there
  /// are none, or if they are a token, which doesn't say whose it is.
  template <class Token>
  auto get_current_user(call_options call, Token&& token) {
    return start<user_details>(
      [call = std::move(call)](auto& core, auto done) mutable { core.get_current_user(std::move(call), std::move(done)); },
      token);
  }
  /// All users, in the order of their login names.
  template <class Token>
  auto list_users(call_options call, Token&& token) {
    return start<std::vector<user_details>>(
      [call = std::move(call)](auto& core, auto done) mutable { core.list_users(std::move(call), std::move(done)); }, token);
  }
  /// Changes a password by showing the present one; if that is wrong it is `access_denied`. The client's own credentials stay as they
  /// are: one that changes its own password has to be made anew.
  template <class Token>
  auto change_password(std::string login_name, std::string current_password, std::string new_password, call_options call,
                       Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), current_password = std::move(current_password), new_password = std::move(new_password),
       call = std::move(call)](auto& core, auto done) mutable {
        core.change_password(std::move(login_name), std::move(current_password), std::move(new_password), std::move(call),
                             std::move(done));
      },
      token);
  }
  /// Gives a user another password, whatever it was.
  template <class Token>
  auto reset_password(std::string login_name, std::string new_password, call_options call, Token&& token) {
    return start<void>(
      [login_name = std::move(login_name), new_password = std::move(new_password), call = std::move(call)](auto& core,
                                                                                                           auto done) mutable {
        core.reset_password(std::move(login_name), std::move(new_password), std::move(call), std::move(done));
      },
      token);
  }

  // Projections. All of this is served by the leader, if it runs projections; other nodes never answer: see kdb/projections.hpp about
  // deadlines. A projection that is not there is `projection_not_found`; what the server refuses in its present state
  // `projection_failed`. All but asking is for administrators and operators: others get `access_denied`.

  /// Creates a projection that runs until it is disabled. `projection_exists` if there is one of that name. A query that does not
  /// compile is taken all the same: the projection is faulted, and its statistics say why. A server that runs its own
  /// projections alone takes it too, and does not run it.
  template <class Token>
  auto create_projection(std::string name, std::string query, create_projection_options options, Token&& token) {
    return start<void>(
      [name = std::move(name), query = std::move(query), options = std::move(options)](auto& core, auto done) mutable {
        core.create_projection(std::move(name), std::move(query), std::move(options), std::move(done));
      },
      token);
  }
  /// Runs a query over what is there now. The server names it: it is found by `list_projections`.
  template <class Token>
  auto create_one_time_projection(std::string query, create_one_time_projection_options options, Token&& token) {
    return start<void>(
      [query = std::move(query), options = std::move(options)](auto& core, auto done) mutable {
        core.create_one_time_projection(std::move(query), std::move(options), std::move(done));
      },
      token);
  }
  /// Replaces the query of a projection. One that runs goes on from where it was with the new one; one that is stopped stays so.
  template <class Token>
  auto update_projection(std::string name, std::string query, update_projection_options options, Token&& token) {
    return start<void>(
      [name = std::move(name), query = std::move(query), options = std::move(options)](auto& core, auto done) mutable {
        core.update_projection(std::move(name), std::move(query), std::move(options), std::move(done));
      },
      token);
  }
  /// Deletes a projection that is stopped or faulted: disable it first. `projection_failed` for one that runs, and for the server's own.
  template <class Token>
  auto delete_projection(std::string name, delete_projection_options options, Token&& token) {
    return start<void>(
      [name = std::move(name), options = std::move(options)](auto& core, auto done) mutable {
        core.delete_projection(std::move(name), std::move(options), std::move(done));
      },
      token);
  }
  /// Starts a projection, from where it was. One that runs is left as it is.
  template <class Token>
  auto enable_projection(std::string name, call_options call, Token&& token) {
    return start<void>(
      [name = std::move(name), call = std::move(call)](auto& core, auto done) mutable {
        core.enable_projection(std::move(name), std::move(call), std::move(done));
      },
      token);
  }
  /// Stops a projection after noting where it is.
  template <class Token>
  auto disable_projection(std::string name, call_options call, Token&& token) {
    return start<void>(
      [name = std::move(name), call = std::move(call)](auto& core, auto done) mutable {
        core.disable_projection(std::move(name), std::move(call), std::move(done));
      },
      token);
  }
  /// Stops a projection at once: it will go on from its last checkpoint. To delete it, it has to be disabled as well.
  template <class Token>
  auto abort_projection(std::string name, call_options call, Token&& token) {
    return start<void>(
      [name = std::move(name), call = std::move(call)](auto& core, auto done) mutable {
        core.abort_projection(std::move(name), std::move(call), std::move(done));
      },
      token);
  }
  /// Lets a projection begin anew, from the first event.
  template <class Token>
  auto reset_projection(std::string name, call_options call, Token&& token) {
    return start<void>(
      [name = std::move(name), call = std::move(call)](auto& core, auto done) mutable {
        core.reset_projection(std::move(name), std::move(call), std::move(done));
      },
      token);
  }
  template <class Token>
  auto get_projection_statistics(std::string name, call_options call, Token&& token) {
    return start<projection_statistics>(
      [name = std::move(name), call = std::move(call)](auto& core, auto done) mutable {
        core.get_projection_statistics(std::move(name), std::move(call), std::move(done));
      },
      token);
  }
  /// The projections, in no order.
  template <class Token>
  auto list_projections(projection_mode mode, call_options call, Token&& token) {
    return start<std::vector<projection_statistics>>(
      [mode, call = std::move(call)](auto& core, auto done) mutable {
        core.list_projections(mode, std::move(call), std::move(done));
      },
      token);
  }
  /// What a projection has come to so far, as JSON: the members of objects in the order of their names. "{}" for one without a state,
  /// those of the server among them.
  template <class Token>
  auto get_projection_state(std::string name, projection_state_options options, Token&& token) {
    return start<std::string>(
      [name = std::move(name), options = std::move(options)](auto& core, auto done) mutable {
        core.get_projection_state(std::move(name), std::move(options), std::move(done));
      },
      token);
  }
  /// The result of a projection: its state after `transformBy` and `filterBy`, as JSON.
  template <class Token>
  auto get_projection_result(std::string name, projection_state_options options, Token&& token) {
    return start<std::string>(
      [name = std::move(name), options = std::move(options)](auto& core, auto done) mutable {
        core.get_projection_result(std::move(name), std::move(options), std::move(done));
      },
      token);
  }
  /// Restarts everything about projections on the node in use. `projection_failed` if it does not lead, or restarts already. What is asked
  /// right after it may not be answered.
  template <class Token>
  auto restart_projections(call_options call, Token&& token) {
    return start<void>(
      [call = std::move(call)](auto& core, auto done) mutable { core.restart_projections(std::move(call), std::move(done)); },
      token);
  }

  // Operations: what operators do to the node in use, whichever role it has. For administrators and operators: others get `access_denied`.

  /// Starts to reclaim the room of events that can't be read any more; or tells of the scavenge that is under way. It goes on after the
  /// answer: `$scavenges-<id>` tells its progress. A server that keeps its events in memory does not answer.
  template <class Token>
  auto start_scavenge(scavenge_options options, Token&& token) {
    return start<scavenge_result>(
      [options = std::move(options)](auto& core, auto done) mutable { core.start_scavenge(std::move(options), std::move(done)); },
      token);
  }
  /// Stops a scavenge. `scavenge_not_found` unless that one is under way. Servers are known to stop it without answering.
  template <class Token>
  auto stop_scavenge(std::string id, call_options call, Token&& token) {
    return start<scavenge_result>(
      [id = std::move(id), call = std::move(call)](auto& core, auto done) mutable {
        core.stop_scavenge(std::move(id), std::move(call), std::move(done));
      },
      token);
  }
  /// Has the node merge the files of its index. Completes when that is done.
  template <class Token>
  auto merge_indexes(call_options call, Token&& token) {
    return start<void>(
      [call = std::move(call)](auto& core, auto done) mutable { core.merge_indexes(std::move(call), std::move(done)); }, token);
  }
  /// Has the node lead no longer, if it does, so that another one is elected.
  template <class Token>
  auto resign_node(call_options call, Token&& token) {
    return start<void>(
      [call = std::move(call)](auto& core, auto done) mutable { core.resign_node(std::move(call), std::move(done)); }, token);
  }
  /// How strongly the node wants to lead: of nodes with the same log the one with the highest priority is elected.
  template <class Token>
  auto set_node_priority(std::int32_t priority, call_options call, Token&& token) {
    return start<void>([priority, call = std::move(call)](
                         auto& core, auto done) mutable { core.set_node_priority(priority, std::move(call), std::move(done)); },
                       token);
  }
  /// Ends the node. It answers first.
  template <class Token>
  auto shut_down_node(call_options call, Token&& token) {
    return start<void>(
      [call = std::move(call)](auto& core, auto done) mutable { core.shut_down_node(std::move(call), std::move(done)); }, token);
  }

  /// Ends everything that is under way with `closed`, here and in all copies; completes when that is done. From any thread, in any
  /// state, any number of times.
  template <class Token>
  auto close(Token&& token) {
    return start<void>([](auto& core, auto done) { core.close(std::move(done)); }, token);
  }

private:
  async_client(detail::async_core core, boost::asio::any_io_executor executor)
    : core_{std::move(core)}, executor_{std::move(executor)} {}

  template <class T, class Begin, class Token>
  auto start(Begin begin, Token& token) {
    auto begin_with_core = [core = core_, begin = std::move(begin)](detail::completion_ptr<T> done) mutable {
      begin(core, std::move(done));
    };
    // A token that can't be copied was given to be moved.
    if constexpr (std::is_copy_constructible_v<Token>)
      return detail::initiate<T>(executor_, std::move(begin_with_core), token);
    else
      return detail::initiate<T>(executor_, std::move(begin_with_core), std::move(token));
  }

  /// Completes with what stands for the state in the host's program.
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
          done->complete(tl::unexpected{std::move(outcome.error())});
      }
      detail::completion_ptr<Outer> done;
      boost::asio::any_io_executor executor;
    };
    return std::make_shared<adapter>(std::move(done), std::move(executor));
  }
  static auto into_subscription(detail::completion_ptr<async_subscription> done, boost::asio::any_io_executor executor) {
    return into<async_subscription, detail::async_subscription_state>(std::move(done), std::move(executor));
  }

  detail::async_core core_;
  boost::asio::any_io_executor executor_;
};

} // namespace kdb
