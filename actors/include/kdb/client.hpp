// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/consume.hpp>
#include <kdb/event.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/operation_list.hpp>
#include <kdb/read.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>
#include <kdb/subscribe.hpp>
#include <kdb/watch_statistics.hpp>

// KurrentDB for programs without actors: every operation blocks until it is done and returns a `result`.
//
// Readings, subscriptions, consumers and watches can only be moved. Using a moved-from object is a mistake of the program: calls fail
// with `closed`, and debug builds of the library abort. It can be destroyed and assigned to.
namespace kdb {
inline namespace KDB_API v0 {

namespace detail {
class runtime;
struct reading_state;
struct subscription_handle;
struct consumer_handle;
struct statistics_watch_state;
} // namespace detail

/// A running read. It delivers batches, and fetches the next batches while you process one. Iterate `events()` or `batches()`, then check
/// `finish()`: an iteration ends in the same way after an error and at the end of the data. An error that was not checked is logged when
/// the reading is destroyed. Destroying it ends the call. For one thread at a time.
class [[nodiscard]] reading {
public:
  class batch_range;
  class event_range;

  explicit reading(std::unique_ptr<detail::reading_state> state);
  reading(reading&&) noexcept;
  reading& operator=(reading&&) noexcept;
  ~reading();

  /// Waits for the next batch. An empty one is the end of the read.
  result<event_batch> next();

  /// The remaining batches. Iterate once. Does not compile for a temporary reading, because its error would be lost: keep it in a
  /// variable, iterate, and call `finish()`.
  batch_range batches() &;
  batch_range batches() && = delete;
  event_range events() &;
  event_range events() && = delete;

  /// The bounds of the stream, as far as the batches so far contain them.
  const stream_bounds& bounds() const;

  /// Returns how the reading ended: success if everything was read or the caller stopped early, else the error. Ends the call.
  [[nodiscard]] result<void> finish();

private:
  friend class batch_range;
  event_batch next_or_nothing();
  std::unique_ptr<detail::reading_state> state_;
};

/// Input range over the batches of a reading.
class reading::batch_range {
public:
  class iterator {
  public:
    using value_type = event_batch;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    explicit iterator(reading* from) : from_{from} { ++*this; }
    const event_batch& operator*() const { return current_; }
    const event_batch* operator->() const { return &current_; }
    iterator& operator++() {
      current_ = from_->next_or_nothing();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) { return a.current_.empty(); }

  private:
    reading* from_ = nullptr;
    event_batch current_;
  };

  explicit batch_range(reading* from) : from_{from} {}
  iterator begin() const { return iterator{from_}; }
  std::default_sentinel_t end() const { return {}; }

private:
  reading* from_;
};

/// Input range over the events of a reading. An event is valid until the iterator moves on.
class reading::event_range {
public:
  class iterator {
  public:
    using value_type = resolved_event;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    explicit iterator(reading* from) : batch_{from} { begin_batch(); }
    const resolved_event& operator*() const { return *event_; }
    const resolved_event* operator->() const { return &*event_; }
    iterator& operator++() {
      ++event_;
      skip_to_event();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) { return a.batch_ == std::default_sentinel; }

  private:
    void begin_batch() {
      event_ = {batch_->begin(), batch_->end()};
      skip_to_event();
    }
    void skip_to_event() {
      while (batch_ != std::default_sentinel && event_ == event_batch::event_range::iterator{batch_->end(), batch_->end()}) {
        ++batch_;
        event_ = {batch_->begin(), batch_->end()};
      }
    }
    batch_range::iterator batch_;
    event_batch::event_range::iterator event_;
  };

  explicit event_range(reading* from) : from_{from} {}
  iterator begin() const { return iterator{from_}; }
  std::default_sentinel_t end() const { return {}; }

private:
  reading* from_;
};

inline reading::batch_range reading::batches() & {
  return batch_range{this};
}

inline reading::event_range reading::events() & {
  return event_range{this};
}

/// A running catch-up subscription. Destroying it ends it. `next` and `cancel` may be called from different threads.
class [[nodiscard]] subscription {
public:
  explicit subscription(std::shared_ptr<detail::subscription_handle> handle);
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription();

  /// Waits for the next batch, at most for `timeout`. An empty batch means that none came in time. An error means that the subscription
  /// has ended; `ended` then has the details. Each call lets the server send more, so a slow caller slows the server down.
  result<event_batch> next(std::chrono::milliseconds timeout);

  /// Returns how the subscription ended. Call it after `next` has failed.
  std::optional<subscription_ended> ended() const;

  /// Ends the subscription. A waiting `next` returns `cancelled`. May be called repeatedly.
  void cancel();

private:
  std::shared_ptr<detail::subscription_handle> handle_;
};

/// A running consumer of a group. Destroying it ends it. All members may be called from different threads.
///
/// Answers are collected for a short time or up to a number, and sent in order. Answers that still wait when the consumer ends are sent
/// then. Answers to events of an earlier call are counted as stale and have no effect: the server delivers those events again. After the
/// end of the consumer answers fail with `closed`.
class [[nodiscard]] consumer {
public:
  explicit consumer(std::shared_ptr<detail::consumer_handle> handle);
  consumer(consumer&&) noexcept;
  consumer& operator=(consumer&&) noexcept;
  ~consumer();

  /// Waits for the next batch, at most for `timeout`. An empty batch means that none came in time. An error means that the consumer has
  /// ended; `ended` then has the details.
  result<consumer_batch> next(std::chrono::milliseconds timeout);

  /// Acknowledges all events of the batch.
  result<ack_result> ack(const consumer_batch& batch);
  result<ack_result> ack(const event_token& event);
  /// Nacks all events of the batch.
  result<ack_result> nack(const consumer_batch& batch, nack_action action, std::string reason = {});
  result<ack_result> nack(const event_token& event, nack_action action, std::string reason = {});
  /// Answers the batch: one outcome for each event, or one for all.
  result<ack_result> answer(const consumer_batch& batch, batch_outcomes outcomes);

  /// Returns how the consumer ended. Call it after `next` has failed.
  std::optional<subscription_ended> ended() const;

  /// Ends the consumer after the answers given so far are sent. A waiting `next` returns `cancelled`. May be called repeatedly.
  void cancel();

private:
  std::shared_ptr<detail::consumer_handle> handle_;
};

/// A running watch of a node's statistics. `watch_statistics_options` says when it takes samples. Iterate `each()`, then check
/// `finish()`. An error that was not checked is logged when the watch is destroyed. Destroying it ends it. For one thread at a time,
/// except `cancel`.
class [[nodiscard]] statistics_watch {
public:
  class sample_range;

  explicit statistics_watch(std::unique_ptr<detail::statistics_watch_state> state);
  statistics_watch(statistics_watch&&) noexcept;
  statistics_watch& operator=(statistics_watch&&) noexcept;
  ~statistics_watch();

  /// Waits for the next sample. An error ends the watch, and every later call returns it again.
  result<server_statistics> next();

  /// All samples until the watch ends. Does not compile for a temporary watch, because its error would be lost.
  sample_range each() &;
  sample_range each() && = delete;

  /// Ends the watch, and returns how it ended: success if the caller ended it, else the error.
  [[nodiscard]] result<void> finish();

  /// Ends the watch. A waiting `next` returns `cancelled`. May be called from any thread, and repeatedly.
  void cancel();

private:
  friend class sample_range;
  std::optional<server_statistics> next_or_nothing();
  std::unique_ptr<detail::statistics_watch_state> state_;
};

/// Input range over the samples of a watch.
class statistics_watch::sample_range {
public:
  class iterator {
  public:
    using value_type = server_statistics;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    explicit iterator(statistics_watch* from) : from_{from} { ++*this; }
    const server_statistics& operator*() const { return *current_; }
    const server_statistics* operator->() const { return &*current_; }
    iterator& operator++() {
      current_ = from_->next_or_nothing();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, std::default_sentinel_t) { return !a.current_; }

  private:
    statistics_watch* from_ = nullptr;
    std::optional<server_statistics> current_;
  };

  explicit sample_range(statistics_watch* from) : from_{from} {} ///< The samples of that watch.
  iterator begin() const { return iterator{from_}; }
  std::default_sentinel_t end() const { return {}; }

private:
  statistics_watch* from_;
};

inline statistics_watch::sample_range statistics_watch::each() & {
  return sample_range{this};
}

/// A client of KurrentDB. Cheap to copy: copies share one runtime, which closes when the last one is destroyed. Safe to use from any number of
/// threads. Operations wait for a node until their deadline or until the discovery round ends, whichever is first.
///
/// Each operation is a request, for instance `kdb::append_to_stream`, which documents its effect and its answer. `ask` takes any request;
/// the member functions of the same names are shorthands for it.
class client {
public:
  /// Moving copies: a client that was moved from can still be used.
  client(const client&) = default;
  client& operator=(const client&) = default;

  /// Parses the connection string, starts the runtime, and returns at once, even if no server is running. Errors:
  /// `invalid_connection_string`, and those of the overload below.
  static result<client> connect(std::string_view connection_string);
  /// The same with settings. Errors: those of `settings::validate`, and `tls_failed` for a certificate file that can't be used.
  static result<client> connect(settings settings);

  /// Carries out an operation, and blocks until it is done.
  template <operation Request>
  outcome_of<Request> ask(Request request) const;

  // -- Appending
  auto append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events,
                        append_options options = {}) const {
    return ask(kdb::append_to_stream{std::move(stream), expected, std::move(events), std::move(options)});
  }
  auto append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events,
                       append_in_parts_options options = {}) const {
    return ask(kdb::append_in_parts{std::move(stream), expected, std::move(events), std::move(options)});
  }
  auto append_to_streams(std::vector<stream_append> appends, records_options options = {}) const {
    return ask(kdb::append_to_streams{std::move(appends), std::move(options)});
  }
  auto append_records(std::vector<stream_record> records, std::vector<consistency_check> checks = {},
                      records_options options = {}) const {
    return ask(kdb::append_records{std::move(records), std::move(checks), std::move(options)});
  }

  // -- Reading
  auto read_stream_to_end(std::string stream, read_stream_options options = {},
                          std::uint64_t max_bytes = default_read_bytes) const {
    return ask(kdb::read_stream_to_end{std::move(stream), std::move(options), max_bytes});
  }
  auto get_commit_position(commit_position_options options = {}) const {
    return ask(kdb::get_commit_position{std::move(options)});
  }
  auto get_current_version(std::string stream, call_options call = {}) const {
    return ask(kdb::get_current_version{std::move(stream), std::move(call)});
  }

  // -- Streams: deleting, metadata, default access lists
  auto delete_stream(std::string stream, stream_state expected, delete_options options = {}) const {
    return ask(kdb::delete_stream{std::move(stream), expected, std::move(options)});
  }
  auto tombstone_stream(std::string stream, stream_state expected, delete_options options = {}) const {
    return ask(kdb::tombstone_stream{std::move(stream), expected, std::move(options)});
  }
  auto get_stream_metadata(std::string stream, metadata_options options = {}) const {
    return ask(kdb::get_stream_metadata{std::move(stream), std::move(options)});
  }
  auto set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata,
                           metadata_options options = {}) const {
    return ask(kdb::set_stream_metadata{std::move(stream), expected, std::move(metadata), std::move(options)});
  }
  auto get_system_settings(metadata_options options = {}) const { return ask(kdb::get_system_settings{std::move(options)}); }
  auto set_system_settings(stream_state expected, system_settings settings, metadata_options options = {}) const {
    return ask(kdb::set_system_settings{expected, std::move(settings), std::move(options)});
  }

  // -- Groups of persistent subscriptions: kdb/groups.hpp
  auto create_group(std::string stream, std::string group, create_group_options options = {}) const {
    return ask(kdb::create_group{std::move(stream), std::move(group), std::move(options)});
  }
  auto create_group_on_all(std::string group, create_group_on_all_options options = {}) const {
    return ask(kdb::create_group_on_all{std::move(group), std::move(options)});
  }
  auto update_group(std::string stream, std::string group, update_group_options options = {}) const {
    return ask(kdb::update_group{std::move(stream), std::move(group), std::move(options)});
  }
  auto update_group_on_all(std::string group, update_group_on_all_options options = {}) const {
    return ask(kdb::update_group_on_all{std::move(group), std::move(options)});
  }
  auto change_group(group_name name, group_changes changes, call_options call = {}) const {
    return ask(kdb::change_group{std::move(name), std::move(changes), std::move(call)});
  }
  auto delete_group(group_name name, call_options call = {}) const {
    return ask(kdb::delete_group{std::move(name), std::move(call)});
  }
  auto get_group_info(group_name name, call_options call = {}) const {
    return ask(kdb::get_group_info{std::move(name), std::move(call)});
  }
  auto list_groups(std::optional<std::string> stream = {}, call_options call = {}) const {
    return ask(kdb::list_groups{std::move(stream), std::move(call)});
  }
  auto replay_parked(group_name name, parked_options options = {}) const {
    return ask(kdb::replay_parked{std::move(name), std::move(options)});
  }
  auto truncate_parked(group_name name, parked_options options = {}) const {
    return ask(kdb::truncate_parked{std::move(name), std::move(options)});
  }
  auto restart_persistent_subscriptions(call_options call = {}) const {
    return ask(kdb::restart_persistent_subscriptions{std::move(call)});
  }

  // -- Users: kdb/users.hpp
  auto create_user(std::string login_name, std::string password, create_user_options options = {}) const {
    return ask(kdb::create_user{std::move(login_name), std::move(password), std::move(options)});
  }
  auto update_user(std::string login_name, update_user_options options) const {
    return ask(kdb::update_user{std::move(login_name), std::move(options)});
  }
  auto delete_user(std::string login_name, call_options call = {}) const {
    return ask(kdb::delete_user{std::move(login_name), std::move(call)});
  }
  auto enable_user(std::string login_name, call_options call = {}) const {
    return ask(kdb::enable_user{std::move(login_name), std::move(call)});
  }
  auto disable_user(std::string login_name, call_options call = {}) const {
    return ask(kdb::disable_user{std::move(login_name), std::move(call)});
  }
  auto get_user(std::string login_name, call_options call = {}) const {
    return ask(kdb::get_user{std::move(login_name), std::move(call)});
  }
  auto get_current_user(call_options call = {}) const { return ask(kdb::get_current_user{std::move(call)}); }
  auto list_users(call_options call = {}) const { return ask(kdb::list_users{std::move(call)}); }
  auto change_password(std::string login_name, std::string current_password, std::string new_password,
                       call_options call = {}) const {
    return ask(
      kdb::change_password{std::move(login_name), std::move(current_password), std::move(new_password), std::move(call)});
  }
  auto reset_password(std::string login_name, std::string new_password, call_options call = {}) const {
    return ask(kdb::reset_password{std::move(login_name), std::move(new_password), std::move(call)});
  }

  // -- Projections: kdb/projections.hpp
  auto create_projection(std::string name, std::string query, create_projection_options options = {}) const {
    return ask(kdb::create_projection{std::move(name), std::move(query), std::move(options)});
  }
  auto create_one_time_projection(std::string query, create_one_time_projection_options options = {}) const {
    return ask(kdb::create_one_time_projection{std::move(query), std::move(options)});
  }
  auto create_transient_projection(std::string name, std::string query, create_transient_projection_options options = {}) const {
    return ask(kdb::create_transient_projection{std::move(name), std::move(query), std::move(options)});
  }
  auto update_projection(std::string name, std::string query, update_projection_options options = {}) const {
    return ask(kdb::update_projection{std::move(name), std::move(query), std::move(options)});
  }
  auto delete_projection(std::string name, delete_projection_options options = {}) const {
    return ask(kdb::delete_projection{std::move(name), std::move(options)});
  }
  auto enable_projection(std::string name, call_options call = {}) const {
    return ask(kdb::enable_projection{std::move(name), std::move(call)});
  }
  auto disable_projection(std::string name, call_options call = {}) const {
    return ask(kdb::disable_projection{std::move(name), std::move(call)});
  }
  auto abort_projection(std::string name, call_options call = {}) const {
    return ask(kdb::abort_projection{std::move(name), std::move(call)});
  }
  auto reset_projection(std::string name, call_options call = {}) const {
    return ask(kdb::reset_projection{std::move(name), std::move(call)});
  }
  auto get_projection_statistics(std::string name, call_options call = {}) const {
    return ask(kdb::get_projection_statistics{std::move(name), std::move(call)});
  }
  auto list_projections(projection_mode mode = projection_mode::all, call_options call = {}) const {
    return ask(kdb::list_projections{mode, std::move(call)});
  }
  auto get_projection_state(std::string name, projection_state_options options = {}) const {
    return ask(kdb::get_projection_state{std::move(name), std::move(options)});
  }
  auto get_projection_result(std::string name, projection_state_options options = {}) const {
    return ask(kdb::get_projection_result{std::move(name), std::move(options)});
  }
  auto restart_projections(call_options call = {}) const { return ask(kdb::restart_projections{std::move(call)}); }

  // -- User-defined indexes: kdb/indexes.hpp
  auto create_index(std::string name, index_definition definition, create_index_options options = {}) const {
    return ask(kdb::create_index{std::move(name), std::move(definition), std::move(options)});
  }
  auto start_index(std::string name, call_options call = {}) const {
    return ask(kdb::start_index{std::move(name), std::move(call)});
  }
  auto stop_index(std::string name, call_options call = {}) const {
    return ask(kdb::stop_index{std::move(name), std::move(call)});
  }
  auto delete_index(std::string name, call_options call = {}) const {
    return ask(kdb::delete_index{std::move(name), std::move(call)});
  }
  auto get_index(std::string name, call_options call = {}) const { return ask(kdb::get_index{std::move(name), std::move(call)}); }
  auto list_indexes(call_options call = {}) const { return ask(kdb::list_indexes{std::move(call)}); }

  // -- The node in use: kdb/operations.hpp
  auto start_scavenge(scavenge_options options = {}) const { return ask(kdb::start_scavenge{std::move(options)}); }
  auto stop_scavenge(std::string id, call_options call = {}) const {
    return ask(kdb::stop_scavenge{std::move(id), std::move(call)});
  }
  auto merge_indexes(call_options call = {}) const { return ask(kdb::merge_indexes{std::move(call)}); }
  auto resign_node(call_options call = {}) const { return ask(kdb::resign_node{std::move(call)}); }
  auto set_node_priority(std::int32_t priority, call_options call = {}) const {
    return ask(kdb::set_node_priority{priority, std::move(call)});
  }
  auto get_statistics(call_options call = {}) const { return ask(kdb::get_statistics{std::move(call)}); }
  auto shut_down_node(call_options call = {}) const { return ask(kdb::shut_down_node{std::move(call)}); }

  // -- The client, and the cluster
  auto wait_connected(std::chrono::milliseconds timeout) const { return ask(kdb::wait_connected{timeout}); }
  auto get_server_info(call_options call = {}) const { return ask(kdb::get_server_info{std::move(call)}); }
  auto read_gossip(call_options call = {}) const { return ask(kdb::read_gossip{std::move(call)}); }
  client_status get_status() const { return ask(kdb::get_status{}).value_or(client_status{.phase = client_phase::closed}); }
  client_health get_health() const {
    return ask(kdb::get_health{}).value_or(health_of(client_status{.phase = client_phase::closed}));
  }

  // -- Streams of events

  /// Reads one stream. Errors are returned by `next` and `finish`.
  reading read_stream(std::string stream, read_stream_options options = {}) const;
  /// Reads $all. Errors are returned by `next` and `finish`.
  reading read_all(read_all_options options = {}) const;
  /// Subscribes to one stream; returns when the server has confirmed.
  result<subscription> subscribe_to_stream(std::string stream, subscribe_to_stream_options options = {}) const;
  /// Subscribes to $all; returns when the server has confirmed.
  result<subscription> subscribe_to_all(subscribe_to_all_options options = {}) const;
  /// Consumes from a group; returns when the server has confirmed. Each event is delivered at least once.
  result<consumer> consume(group_name group, consume_options options = {}) const;

  // -- Streams of statistics

  /// Watches the statistics of the node in use. Errors are returned by `next` and `finish`.
  statistics_watch watch_statistics(watch_statistics_options options = {}) const;

  /// Ends all running operations of this client and its copies with `closed`, and waits until they have ended, a few seconds at most. May
  /// be called from any thread, in any state, and repeatedly.
  void close() const;

private:
  explicit client(std::shared_ptr<detail::runtime> runtime);
  std::shared_ptr<detail::runtime> runtime_;
};

} // namespace v0
} // namespace kdb
