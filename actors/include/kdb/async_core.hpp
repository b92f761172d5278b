#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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

// What `kdb/async_client.hpp` stands on: operations that complete into something. Free of Asio; not for hosts.
namespace kdb::detail {

/// What an operation completes with: a result, but for those whose value tells of failures too.
template <class T>
struct outcome {
  using type = result<T>;
};
template <>
struct outcome<append_in_parts_result> {
  using type = append_in_parts_result;
};
template <class T>
using outcome_t = typename outcome<T>::type;

/// Who waits for an outcome. Called once, from any thread of the library; hands over to an executor.
template <class T>
class completion {
public:
  virtual ~completion() = default;
  virtual void complete(outcome_t<T> outcome) = 0;
};
template <class T>
using completion_ptr = std::shared_ptr<completion<T>>;

struct async_reading_state;
struct async_subscription_state;
struct async_consumer_state;

void start_next(const std::shared_ptr<async_reading_state>& state, completion_ptr<event_batch> done);
stream_bounds bounds_of(const std::shared_ptr<async_reading_state>& state);
void cancel(const std::shared_ptr<async_reading_state>& state);
void start_next(const std::shared_ptr<async_subscription_state>& state, completion_ptr<event_batch> done);
std::optional<subscription_ended> end_of(const std::shared_ptr<async_subscription_state>& state);
void cancel(const std::shared_ptr<async_subscription_state>& state);

void start_next(const std::shared_ptr<async_consumer_state>& state, completion_ptr<consumer_batch> done);
void answer(const std::shared_ptr<async_consumer_state>& state, consumer_batch batch, batch_outcomes outcomes,
            completion_ptr<ack_result> done);
void answer(const std::shared_ptr<async_consumer_state>& state, std::vector<event_token> events, kdb::outcome how,
            completion_ptr<ack_result> done);
std::optional<subscription_ended> end_of(const std::shared_ptr<async_consumer_state>& state);
void cancel(const std::shared_ptr<async_consumer_state>& state);

/// Starts the operations of a client. Free of Asio.
class async_core {
public:
  static result<async_core> start(settings how);

  void await_connected(std::chrono::milliseconds timeout, completion_ptr<connected> done) const;
  void get_status(completion_ptr<client_status> done) const;
  void get_server_info(call_options call, completion_ptr<server_info> done) const;
  void read_gossip(call_options call, completion_ptr<std::vector<cluster_member>> done) const;
  void append_to_stream(std::string stream, stream_state expected, std::vector<new_event> events, append_options options,
                        completion_ptr<append_result> done) const;
  void append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events, append_in_parts_options options,
                       completion_ptr<append_in_parts_result> done) const;
  void read_stream_to_end(std::string stream, read_stream_options options, std::uint64_t max_bytes,
                          completion_ptr<event_list> done) const;
  std::shared_ptr<async_reading_state> read_stream(std::string stream, read_stream_options options) const;
  std::shared_ptr<async_reading_state> read_all(read_all_options options) const;
  void head_position(head_position_options options, completion_ptr<log_position> done) const;
  void current_revision(std::string stream, call_options call, completion_ptr<std::optional<stream_revision>> done) const;
  void delete_stream(std::string stream, stream_state expected, delete_options options, completion_ptr<delete_result> done) const;
  void tombstone_stream(std::string stream, stream_state expected, delete_options options,
                        completion_ptr<delete_result> done) const;
  void get_stream_metadata(std::string stream, metadata_options options, completion_ptr<metadata_result> done) const;
  void set_stream_metadata(std::string stream, stream_state expected, stream_metadata metadata, metadata_options options,
                           completion_ptr<append_result> done) const;
  void get_system_settings(metadata_options options, completion_ptr<system_settings_result> done) const;
  void set_system_settings(stream_state expected, system_settings settings, metadata_options options,
                           completion_ptr<append_result> done) const;
  void append_to_streams(std::vector<stream_append> appends, records_options options, completion_ptr<records_result> done) const;
  void append_records(std::vector<stream_record> records, std::vector<consistency_check> checks, records_options options,
                      completion_ptr<records_result> done) const;
  void subscribe_to_stream(std::string stream, subscribe_to_stream_options options,
                           completion_ptr<std::shared_ptr<async_subscription_state>> done) const;
  void subscribe_to_all(subscribe_to_all_options options, completion_ptr<std::shared_ptr<async_subscription_state>> done) const;
  void consume(group_name group, consume_options options, completion_ptr<std::shared_ptr<async_consumer_state>> done) const;
  void create_group(std::string stream, std::string group, create_group_options options, completion_ptr<void> done) const;
  void create_group_on_all(std::string group, create_group_on_all_options options, completion_ptr<void> done) const;
  void update_group(std::string stream, std::string group, update_group_options options, completion_ptr<void> done) const;
  void update_group_on_all(std::string group, update_group_on_all_options options, completion_ptr<void> done) const;
  void change_group(group_name name, group_changes changes, call_options call, completion_ptr<void> done) const;
  void delete_group(group_name name, call_options call, completion_ptr<void> done) const;
  void get_group_info(group_name name, call_options call, completion_ptr<group_info> done) const;
  void list_groups(std::optional<std::string> stream, call_options call, completion_ptr<std::vector<group_info>> done) const;
  void replay_parked(group_name name, parked_options options, completion_ptr<void> done) const;
  void truncate_parked(group_name name, parked_options options, completion_ptr<void> done) const;
  void restart_persistent_subscriptions(call_options call, completion_ptr<void> done) const;
  void create_user(std::string login_name, std::string password, create_user_options options, completion_ptr<void> done) const;
  void update_user(std::string login_name, update_user_options options, completion_ptr<void> done) const;
  void delete_user(std::string login_name, call_options call, completion_ptr<void> done) const;
  void enable_user(std::string login_name, call_options call, completion_ptr<void> done) const;
  void disable_user(std::string login_name, call_options call, completion_ptr<void> done) const;
  void get_user(std::string login_name, call_options call, completion_ptr<user_details> done) const;
  void get_current_user(call_options call, completion_ptr<user_details> done) const;
  void list_users(call_options call, completion_ptr<std::vector<user_details>> done) const;
  void change_password(std::string login_name, std::string current_password, std::string new_password, call_options call,
                       completion_ptr<void> done) const;
  void reset_password(std::string login_name, std::string new_password, call_options call, completion_ptr<void> done) const;
  void create_projection(std::string name, std::string query, create_projection_options options, completion_ptr<void> done) const;
  void create_one_time_projection(std::string query, create_one_time_projection_options options, completion_ptr<void> done) const;
  void update_projection(std::string name, std::string query, update_projection_options options, completion_ptr<void> done) const;
  void delete_projection(std::string name, delete_projection_options options, completion_ptr<void> done) const;
  void enable_projection(std::string name, call_options call, completion_ptr<void> done) const;
  void disable_projection(std::string name, call_options call, completion_ptr<void> done) const;
  void abort_projection(std::string name, call_options call, completion_ptr<void> done) const;
  void reset_projection(std::string name, call_options call, completion_ptr<void> done) const;
  void get_projection_statistics(std::string name, call_options call, completion_ptr<projection_statistics> done) const;
  void list_projections(projection_mode mode, call_options call, completion_ptr<std::vector<projection_statistics>> done) const;
  void get_projection_state(std::string name, projection_state_options options, completion_ptr<std::string> done) const;
  void get_projection_result(std::string name, projection_state_options options, completion_ptr<std::string> done) const;
  void restart_projections(call_options call, completion_ptr<void> done) const;
  void start_scavenge(scavenge_options options, completion_ptr<scavenge_result> done) const;
  void stop_scavenge(std::string id, call_options call, completion_ptr<scavenge_result> done) const;
  void merge_indexes(call_options call, completion_ptr<void> done) const;
  void resign_node(call_options call, completion_ptr<void> done) const;
  void set_node_priority(std::int32_t priority, call_options call, completion_ptr<void> done) const;
  void shut_down_node(call_options call, completion_ptr<void> done) const;
  void close(completion_ptr<void> done) const;

  struct impl;

private:
  explicit async_core(std::shared_ptr<impl> given) : impl_{std::move(given)} {}
  std::shared_ptr<impl> impl_;
};

} // namespace kdb::detail
