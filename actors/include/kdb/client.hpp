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

#include <kdb/append.hpp>
#include <kdb/cluster.hpp>
#include <kdb/connected.hpp>
#include <kdb/connection_change.hpp>
#include <kdb/consume.hpp>
#include <kdb/delete.hpp>
#include <kdb/event.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/event_list.hpp>
#include <kdb/groups.hpp>
#include <kdb/operations.hpp>
#include <kdb/projections.hpp>
#include <kdb/read.hpp>
#include <kdb/records.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>
#include <kdb/stream_metadata.hpp>
#include <kdb/subscribe.hpp>
#include <kdb/users.hpp>

// KurrentDB for programs without actors: every operation blocks until it is done and returns a `result`.
namespace kdb {

namespace detail {
class runtime;
struct reading_state;
struct subscription_handle;
struct consumer_handle;
} // namespace detail

/// What a read delivers, batch by batch; each is fetched while the one before is looked at. Iterate `events()` or `batches()`, then
/// look at `finish()`: an iteration ends in the same way after an error and at the end of the data. An error that nobody looked at
/// is logged when the reading is destroyed. Destroying it ends the call. For one thread at a time.
class [[nodiscard]] reading {
public:
  class batch_range;
  class event_range;

  explicit reading(std::unique_ptr<detail::reading_state> state);
  reading(reading&&) noexcept;
  reading& operator=(reading&&) noexcept;
  ~reading();

  /// Waits for the next batch. An empty one says that the read has ended in order.
  result<event_batch> next();

  /// What has not been read yet, once.
  batch_range batches();
  event_range events();

  /// Where what is read begins and ends, as far as the batches taken so far have told.
  const stream_bounds& bounds() const;

  /// How the reading ended: nothing if all was read or the caller stopped early, else why it broke off. Ends the call.
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

inline reading::batch_range reading::batches() {
  return batch_range{this};
}

inline reading::event_range reading::events() {
  return event_range{this};
}

/// A running catch-up subscription. Destroying it ends it. `next` and `cancel` may be called from different threads.
class [[nodiscard]] subscription {
public:
  explicit subscription(std::shared_ptr<detail::subscription_handle> handle);
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription();

  /// Waits for the next batch for that long. An empty one says that none came in time. An error says that the subscription has
  /// ended; `ended` then tells more. Asking for a batch is what lets the server send more: a slow caller slows it down.
  result<event_batch> next(std::chrono::milliseconds timeout);

  /// How the subscription ended, once `next` has told that it did.
  std::optional<subscription_ended> ended() const;

  /// Ends it. A `next` that waits returns `cancelled`. Any number of times.
  void cancel();

private:
  std::shared_ptr<detail::subscription_handle> handle_;
};

/// A running consumer of a group. Destroying it ends it. All members may be called from different threads.
///
/// Answers are gathered, by number and for a short time, and sent in order; those still waiting are sent when it ends. Those to events of
/// an earlier call are counted as stale and do nothing: the server hands those events out again. After its end answers fail with
/// `closed`.
class [[nodiscard]] consumer {
public:
  explicit consumer(std::shared_ptr<detail::consumer_handle> handle);
  consumer(consumer&&) noexcept;
  consumer& operator=(consumer&&) noexcept;
  ~consumer();

  /// Waits for the next batch for that long. An empty one says that none came in time. An error says that the consumer has ended;
  /// `ended` then tells more.
  result<consumer_batch> next(std::chrono::milliseconds timeout);

  /// All its events are processed.
  result<ack_result> ack(const consumer_batch& batch);
  result<ack_result> ack(const event_token& event);
  /// None of its events was processed.
  result<ack_result> nack(const consumer_batch& batch, nack_action action, std::string reason = {});
  result<ack_result> nack(const event_token& event, nack_action action, std::string reason = {});
  /// One outcome for each of its events, or one for all.
  result<ack_result> answer(const consumer_batch& batch, batch_outcomes outcomes);

  /// How it ended, once `next` has told that it did.
  std::optional<subscription_ended> ended() const;

  /// Ends it when the answers given so far are sent. A `next` that waits returns `cancelled`. Any number of times.
  void cancel();

private:
  std::shared_ptr<detail::consumer_handle> handle_;
};

/// A client of KurrentDB. Cheap to copy: copies share one runtime, which closes when the last one goes. Safe to use from any number of
/// threads. Operations wait for a node until their deadline, or until discovery gives up, whichever is first.
class client {
public:
  /// Parses, starts the runtime and returns at once, also when no server is there. Errors: the connection string's, and those below.
  static result<client> connect(std::string_view connection_string);
  /// The same with settings. Errors: those of `settings::validate`, and `tls_failed` for a certificate's file that can't be used.
  static result<client> connect(settings how);

  /// Waits until a node is in use, for at most that long.
  result<connected> wait_connected(std::chrono::milliseconds timeout);

  /// How the client fares at this moment.
  client_status status();
  /// What the server in use offers.
  result<kdb::server_info> server_info(call_options call = {});
  /// The members of the cluster, as the node in use sees them; of a single node, itself.
  result<std::vector<cluster_member>> read_gossip(call_options call = {});

  /// Appends all events to one stream, or none. Without events it only checks the expected state.
  result<append_result> append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events,
                                         append_options options = {});

  /// Appends a long list in parts, one append after the other. Not atomic: it stops at the first part that fails, and what is written
  /// stays. Every part expects the stream as the one before left it, unless any state or none in particular is expected; then a
  /// retry of the whole list with the same options is safe.
  append_in_parts_result append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events,
                                         append_in_parts_options options = {});

  /// Reads one stream to its end and keeps everything: for short ones. Above `max_bytes` in memory it fails with `read_too_large`.
  result<event_list> read_stream_to_end(std::string stream, read_stream_options options = {},
                                        std::uint64_t max_bytes = default_read_bytes);
  /// Reads one stream. Never fails by itself: errors are found by iterating.
  reading read_stream(std::string stream, read_stream_options options = {});
  /// Reads $all. Never fails by itself: errors are found by iterating.
  reading read_all(read_all_options options = {});
  /// The position of the last event in $all, which also proves that the server answers; 0/0 if there is none.
  result<log_position> head_position(head_position_options options = {});

  /// The revision of the last event of a stream; nothing if it does not exist or is deleted.
  result<std::optional<stream_revision>> current_revision(std::string stream, call_options call = {});

  /// Soft-deletes a stream: it reads as not found, and the next append goes on with the next revision. Replaces its metadata.
  result<delete_result> delete_stream(std::string stream, stream_state expected, delete_options options = {});
  /// Deletes a stream for good: its name can't be used again.
  result<delete_result> tombstone_stream(std::string stream, stream_state expected, delete_options options = {});

  result<metadata_result> get_stream_metadata(std::string stream, metadata_options options = {});
  /// Replaces the metadata of a stream. `expected` is the revision of the metadata, not of the stream.
  result<append_result> set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata,
                                            metadata_options options = {});
  result<system_settings_result> get_system_settings(metadata_options options = {});
  /// Replaces the system settings. `expected` is their own revision.
  result<append_result> set_system_settings(stream_state expected, system_settings settings, metadata_options options = {});

  /// Appends to several streams, atomically: either all is written or nothing. Each stream stands once.
  result<records_result> append_to_streams(std::vector<stream_append> appends, records_options options = {});
  /// Appends records in exactly this order to whatever streams they name, atomically, if all checks hold.
  result<records_result> append_records(std::vector<stream_record> records, std::vector<consistency_check> checks = {},
                                        records_options options = {});

  /// Follows one stream; returns when the server has confirmed.
  result<subscription> subscribe_to_stream(std::string stream, subscribe_to_stream_options options = {});
  /// Follows $all; returns when the server has confirmed.
  result<subscription> subscribe_to_all(subscribe_to_all_options options = {});

  /// Consumes from a group; returns when the server has confirmed. Each event comes at least once.
  result<consumer> consume(group_name group, consume_options options = {});

  // Groups of persistent subscriptions. All of this is served by the leader. A group that is not there is `group_not_found`, one that
  // the server refuses `group_failed`.

  /// Creates a group on a stream, which need not exist. `group_exists` if it is there already.
  result<void> create_group(std::string stream, std::string group, create_group_options options = {});
  /// Creates a group on $all.
  result<void> create_group_on_all(std::string group, create_group_on_all_options options = {});
  /// Replaces all settings and the start of a group. Its consumers are sent away, and come back by themselves.
  result<void> update_group(std::string stream, std::string group, update_group_options options = {});
  /// The same for a group on $all, which keeps its filter.
  result<void> update_group_on_all(std::string group, update_group_on_all_options options = {});
  /// Changes what is named and keeps the rest: asks for the present settings, then updates. Not atomic: of two at the same time the
  /// later one may undo the other.
  result<void> change_group(group_name name, group_changes changes, call_options call = {});
  /// Deletes a group with its progress and its parked events, and ends its consumers.
  result<void> delete_group(group_name name, call_options call = {});
  result<group_info> get_group_info(group_name name, call_options call = {});
  /// Lists the groups of a stream, of "$all", or all there are. `group_not_found` for a stream that never had one.
  result<std::vector<group_info>> list_groups(std::optional<std::string> stream = {}, call_options call = {});
  /// Hands the parked events out again. Returns when that has begun.
  result<void> replay_parked(group_name name, parked_options options = {});
  /// Throws the parked events away.
  result<void> truncate_parked(group_name name, parked_options options = {});
  /// Restarts everything about persistent subscriptions on the server. All consumers are sent away, and come back by themselves.
  result<void> restart_persistent_subscriptions(call_options call = {});

  // Users. One that is not there is `user_not_found`; one that somebody else changed at the same time `user_conflict`. All but asking and
  // changing one's own password is for administrators: others get `access_denied`.

  /// Creates a user. One that is there already with this password is left as it is; with another one it is `user_conflict`.
  result<void> create_user(std::string login_name, std::string password, create_user_options options = {});
  /// Replaces the full name and the groups of a user.
  result<void> update_user(std::string login_name, update_user_options options);
  /// Deletes a user. Another one of that name may be created later. Calls that are under way go on.
  result<void> delete_user(std::string login_name, call_options call = {});
  /// Lets a user log in again.
  result<void> enable_user(std::string login_name, call_options call = {});
  /// Keeps a user from logging in, soon: servers remember whom they have checked for a second. Calls that are under way go on.
  result<void> disable_user(std::string login_name, call_options call = {});
  result<user_details> get_user(std::string login_name, call_options call = {});
  /// The user whose credentials the call travels with: those of the call, else the client's. Refused as `invalid_argument` if there
  /// are none, or if they are a token, which doesn't say whose it is.
  result<user_details> get_current_user(call_options call = {});
  /// All users, in the order of their login names.
  result<std::vector<user_details>> list_users(call_options call = {});
  /// Changes a password by showing the present one; if that is wrong it is `access_denied`. The client's own credentials stay as they
  /// are: one that changes its own password has to be made anew.
  result<void> change_password(std::string login_name, std::string current_password, std::string new_password,
                               call_options call = {});
  /// Gives a user another password, whatever it was.
  result<void> reset_password(std::string login_name, std::string new_password, call_options call = {});

  // Projections. All of this is served by the leader, if it runs projections; other nodes never answer: see kdb/projections.hpp about
  // deadlines. A projection that is not there is `projection_not_found`; what the server refuses in its present state
  // `projection_failed`. All but asking is for administrators and operators: others get `access_denied`.

  /// Creates a projection that runs until it is disabled. `projection_exists` if there is one of that name. A query that does not
  /// compile is taken all the same: the projection is faulted, and its statistics say why. A server that runs its own
  /// projections alone takes it too, and does not run it.
  result<void> create_projection(std::string name, std::string query, create_projection_options options = {});
  /// Runs a query over what is there now. The server names it: it is found by `list_projections`.
  result<void> create_one_time_projection(std::string query, create_one_time_projection_options options = {});
  /// Replaces the query of a projection. One that runs goes on from where it was with the new one; one that is stopped stays so.
  result<void> update_projection(std::string name, std::string query, update_projection_options options = {});
  /// Deletes a projection that is stopped or faulted: disable it first. `projection_failed` for one that runs, and for the server's own.
  result<void> delete_projection(std::string name, delete_projection_options options = {});
  /// Starts a projection, from where it was. One that runs is left as it is.
  result<void> enable_projection(std::string name, call_options call = {});
  /// Stops a projection after noting where it is.
  result<void> disable_projection(std::string name, call_options call = {});
  /// Stops a projection at once: it will go on from its last checkpoint. To delete it, it has to be disabled as well.
  result<void> abort_projection(std::string name, call_options call = {});
  /// Lets a projection begin anew, from the first event.
  result<void> reset_projection(std::string name, call_options call = {});
  result<projection_statistics> get_projection_statistics(std::string name, call_options call = {});
  /// The projections, in no order.
  result<std::vector<projection_statistics>> list_projections(projection_mode mode = projection_mode::all,
                                                              call_options call = {});
  /// What a projection has come to so far, as JSON: the members of objects in the order of their names. "{}" for one without a state,
  /// those of the server among them.
  result<std::string> get_projection_state(std::string name, projection_state_options options = {});
  /// The result of a projection: its state after `transformBy` and `filterBy`, as JSON.
  result<std::string> get_projection_result(std::string name, projection_state_options options = {});
  /// Restarts everything about projections on the node in use. `projection_failed` if it does not lead, or restarts already. What is asked
  /// right after it may not be answered.
  result<void> restart_projections(call_options call = {});

  // Operations: what operators do to the node in use, whichever role it has. For administrators and operators: others get `access_denied`.

  /// Starts to reclaim the room of events that can't be read any more; or tells of the scavenge that is under way. It goes on after the
  /// answer: `$scavenges-<id>` tells its progress. A server that keeps its events in memory does not answer.
  result<scavenge_result> start_scavenge(scavenge_options options = {});
  /// Stops a scavenge. `scavenge_not_found` unless that one is under way. Servers are known to stop it without answering.
  result<scavenge_result> stop_scavenge(std::string id, call_options call = {});
  /// Has the node merge the files of its index. Returns when that is done.
  result<void> merge_indexes(call_options call = {});
  /// Has the node lead no longer, if it does, so that another one is elected.
  result<void> resign_node(call_options call = {});
  /// How strongly the node wants to lead: of nodes with the same log the one with the highest priority is elected.
  result<void> set_node_priority(std::int32_t priority, call_options call = {});
  /// Ends the node. It answers first.
  result<void> shut_down_node(call_options call = {});

  /// Ends everything that is under way with `closed`, here and in all copies, and waits for it, a few seconds at most. From any
  /// thread, in any state, any number of times.
  void close();

private:
  explicit client(std::shared_ptr<detail::runtime> runtime);
  std::shared_ptr<detail::runtime> runtime_;
};

} // namespace kdb
