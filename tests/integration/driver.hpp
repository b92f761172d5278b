// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <future>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kdb/append.hpp>
#include <kdb/cluster.hpp>
#include <kdb/connected.hpp>
#include <kdb/connection_change.hpp>
#include <kdb/consume.hpp>
#include <kdb/event.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/event_list.hpp>
#include <kdb/groups.hpp>
#include <kdb/read.hpp>
#include <kdb/result.hpp>
#include <kdb/settings.hpp>
#include <kdb/subscribe.hpp>

#include "tests/fixtures/wait.hpp"

// What every way into libkdb can do, so that a scenario is written once. A driver is one client. Any thread may use it.
namespace kdb::integration {

using namespace std::chrono_literals;

/// A read under way. For one thread. Destroying it drops it.
class running_read {
public:
  virtual ~running_read() = default;
  /// The next batch; an empty one at the end.
  virtual result<event_batch> next() = 0;
  /// What the batches taken so far told about where the stream begins and ends.
  virtual stream_bounds bounds() const = 0;
  /// Ends it early, or tells how it ended.
  virtual result<void> finish() = 0;
};

/// A subscription under way. For one thread, but for `cancel`. Destroying it ends it.
class running_subscription {
public:
  virtual ~running_subscription() = default;
  /// The next batch, an empty one if none comes in that time, an error once it has ended. Taking one asks for the next.
  virtual result<event_batch> next(std::chrono::milliseconds at_most = fixtures::patience) = 0;
  virtual std::optional<subscription_ended> ended() const = 0;
  virtual void cancel() = 0;
  /// What came after the end, the second end included: nothing should.
  virtual std::size_t after_the_end() const = 0;
};

/// A consumer under way. For one thread, but for `cancel`. Destroying it ends it.
class running_consumer {
public:
  virtual ~running_consumer() = default;
  /// The next batch, an empty one if none comes in that time, an error once it has ended.
  virtual result<consumer_batch> next(std::chrono::milliseconds at_most = fixtures::patience) = 0;
  virtual result<ack_result> answer(const consumer_batch& batch, batch_outcomes outcomes) = 0;
  virtual result<ack_result> answer(const event_token& event, const outcome& how) = 0;
  virtual std::optional<subscription_ended> ended() const = 0;
  virtual void cancel() = 0;

  result<ack_result> ack(const consumer_batch& batch) { return answer(batch, batch_outcomes::all(outcome::ack())); }
};

class driver {
public:
  virtual ~driver() = default;
  virtual result<connected> wait_connected(std::chrono::milliseconds at_most = fixtures::patience) = 0;
  virtual client_status get_status() = 0;
  virtual result<server_info> get_server_info(call_options call = {}) = 0;
  virtual result<std::vector<cluster_member>> read_gossip(call_options call = {}) = 0;
  virtual std::future<result<append_result>> start_append(std::string stream, stream_state expected,
                                                          std::vector<new_event> events, append_options options = {}) = 0;
  virtual std::future<append_in_parts_result> start_append_in_parts(std::string stream, stream_state expected,
                                                                    std::vector<new_event> events,
                                                                    append_in_parts_options options = {}) = 0;
  virtual result<event_list> read_stream_to_end(std::string stream, read_stream_options options = {},
                                                std::uint64_t max_bytes = default_read_bytes) = 0;
  virtual std::unique_ptr<running_read> read_stream(std::string stream, read_stream_options options = {}) = 0;
  virtual std::unique_ptr<running_read> read_all(read_all_options options = {}) = 0;
  virtual result<log_position> get_commit_position(commit_position_options options = {}) = 0;
  virtual result<std::unique_ptr<running_subscription>> subscribe_to_stream(std::string stream,
                                                                            subscribe_to_stream_options options = {}) = 0;
  virtual result<std::unique_ptr<running_subscription>> subscribe_to_all(subscribe_to_all_options options = {}) = 0;
  virtual result<std::unique_ptr<running_consumer>> consume(group_name group, consume_options options = {}) = 0;
  virtual result<void> create_group(std::string stream, std::string group, create_group_options options = {}) = 0;
  virtual result<void> create_group_on_all(std::string group, create_group_on_all_options options = {}) = 0;
  virtual result<void> update_group(std::string stream, std::string group, update_group_options options = {}) = 0;
  virtual result<void> update_group_on_all(std::string group, update_group_on_all_options options = {}) = 0;
  virtual result<void> change_group(group_name name, group_changes changes) = 0;
  virtual result<void> delete_group(group_name name) = 0;
  virtual result<void> replay_parked(group_name name, parked_options options = {}) = 0;
  virtual result<void> truncate_parked(group_name name, parked_options options = {}) = 0;
  virtual result<void> restart_persistent_subscriptions() = 0;
  virtual result<group_info> get_group_info(group_name name) = 0;
  virtual result<std::vector<group_info>> list_groups(std::optional<std::string> stream = {}) = 0;
  virtual void close() = 0;

  result<append_result> append(std::string stream, stream_state expected, std::vector<new_event> events,
                               append_options options = {});
  append_in_parts_result append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events,
                                         append_in_parts_options options = {});
};

/// Everything a read gave, and how it ended.
struct whole_read {
  std::vector<event_batch> batches;
  result<void> end;
  /// Valid as long as the batches.
  std::vector<resolved_event> events() const;
  std::vector<std::uint64_t> revisions() const;
};

whole_read read_to_end(running_read& reading);
whole_read read_to_end(std::unique_ptr<running_read> reading);

/// What a subscription gave so far.
struct followed {
  std::vector<event_batch> batches;
  std::vector<resolved_event> events() const;
  std::vector<std::uint64_t> revisions() const;
  std::size_t count() const;
  /// How often the subscription said that it had caught up.
  std::size_t caught_up_count() const;
};

/// Takes batches until there are that many events. Throws if they don't come.
followed follow_events(running_subscription& subscription, std::size_t count);
/// Takes batches until one says caught up. Throws if none does.
followed follow_until_caught_up(running_subscription& subscription);
/// Takes what comes until the end, and returns it. Throws if it does not end.
subscription_ended follow_to_end(running_subscription& subscription);

// -- the ways in -----------------------------------------------------------------------

enum class way : std::uint8_t { actors, blocking, asio };
inline constexpr std::array every_way{way::actors, way::blocking, way::asio};
std::ostream& operator<<(std::ostream& out, way which);

/// Makes a client. Throws when the settings are refused.
std::unique_ptr<driver> connect(way which, const settings& how);
std::unique_ptr<driver> connect(way which, const std::string& connection_string);

std::unique_ptr<driver> connect_by_actors(const settings& how);
std::unique_ptr<driver> connect_blocking(const settings& how);
std::unique_ptr<driver> connect_by_asio(const settings& how);

/// The settings of a connection string. Throws when it can't be read.
settings settings_for(const std::string& connection_string);

// -- events ----------------------------------------------------------------------------

/// So many events of type "happened" whose data say {"n":first}, {"n":first+1}, …
std::vector<new_event> numbered(std::size_t count, std::size_t first = 0);
/// One event of type "happened" with so many bytes of data.
new_event sized(std::size_t bytes);
/// first, first+1, … last-1.
std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t end);
std::vector<std::uint64_t> downwards(std::uint64_t first, std::uint64_t last);

} // namespace kdb::integration

namespace kdb {

std::ostream& operator<<(std::ostream& out, errc code);
std::ostream& operator<<(std::ostream& out, end_reason reason);

} // namespace kdb
