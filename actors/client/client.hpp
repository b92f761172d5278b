// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message_handler.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/client/retrying.hpp"
#include "actors/connection/connection.hpp"
#include "actors/connection/credentials_keeper.hpp"
#include "actors/connection/discovery.hpp"
#include "actors/workers/consumer.hpp"
#include "actors/workers/subscription.hpp"
#include "actors/workers/worker_context.hpp"
#include "libkdb/policy/retry_budget.hpp"
#include <kdb/actors.hpp>

namespace kdb::inline v0 {

namespace rpc {
class engine;
} // namespace rpc

/// The parts of a client. Tests use a scripted transport.
struct client_parts {
  kdb::settings settings;
  std::shared_ptr<rpc::engine> engine; // May be null: then closing waits for nothing.
  transport_factory transports;
  name_lookup look_up;
  logger_ptr log;
  signals_ptr signals{};
};

using connected_promise = std::shared_ptr<caf::typed_response_promise<connected>>;

/// The façade: hands requests to the workers that own them, supervises these, and closes everything in order.
struct client_state {
  static inline const char* name = "kdb.client";

  explicit client_state(caf::event_based_actor* owner) : self{owner} {}
  ~client_state();

  caf::behavior start(client_parts parts);

  // One for each message.
  caf::result<append_result> on_append(append_to_stream& request,
                                       policy::observed_operation operation = policy::observed_operation::append_to_stream);
  caf::result<append_result> on_observed_append(observed_append& request);
  caf::result<append_result> on_set_metadata(set_stream_metadata& request);
  caf::result<append_result> on_set_settings(set_system_settings& request);
  caf::result<append_in_parts_result> on_append_in_parts(append_in_parts& request);
  caf::result<event_list> on_read_to_end(read_stream_to_end& request);
  caf::result<reader_actor> on_read(read_stream& request);
  caf::result<reader_actor> on_read_all(read_all& request);
  caf::result<subscription_actor> on_subscribe(subscribe_to_stream& request);
  caf::result<subscription_actor> on_subscribe_all(subscribe_to_all& request);
  caf::result<consumer_actor> on_consume(consume& request);
  caf::result<statistics_watcher_actor> on_watch_statistics(watch_statistics& request);
  /// Handles an operation that is one call: management makes it, and answers.
  void on_call(std::unique_ptr<call_job> job);
  caf::result<server_messages> on_run(run_call& request);
  caf::result<connected> on_wait_connected(const wait_connected& request);
  caf::result<void> on_close();
  caf::result<client_status> on_get_status();
  caf::result<client_health> on_get_health();
  void on_observe(const observe& request);
  caf::result<server_info> on_get_server_info(get_server_info& request);
  void on_change(const connection_change& change);
  void on_down(const caf::down_msg& down);
  // Handlers of all operations that are one call, in files of their own: they take long to compile.
  caf::message_handler stream_handlers();
  caf::message_handler administration_handlers();

  void spawn_keeper();
  void spawn_connection();
  void spawn_appender();
  void spawn_management();
  /// `handle` keeps a subscription or consumer alive, even if the host drops its own handle.
  void supervise(const caf::actor_addr& child, caf::strong_actor_ptr handle = {});
  reader_actor spawn_reader(wire::read_request request, call_options call);
  caf::result<subscription_actor> spawn_subscription(subscription_plan plan);
  /// Answers with the started actor when it has begun, or with its error.
  template <class Handle, class Started>
  caf::result<Handle> when_begun(const Started& started);
  void wait_for_node(const connected_promise& waiting, policy::time_budget budget);
  void shut(caf::error reason);
  /// Called when the last consumer has ended, because answers of consumers need their calls.
  void stop_calls();
  void quit_when_done();
  void tell_observers(const connection_change& change);
  /// Called once, as the last notification.
  void tell_end();

  caf::event_based_actor* self;
  any_caf::monitoring ends;
  client_parts parts;
  worker_context_ptr context;
  credentials_keeper_actor keeper; // Null if there is no credentials provider.
  discovery_actor discovery;
  appender_actor appender;
  management_actor management;
  std::unordered_map<caf::actor_addr, caf::strong_actor_ptr>
    children;                                    // Readers have no handle here, so that unused ones end by themselves.
  std::unordered_set<caf::actor_addr> consumers; // Children, too.
  policy::retry_budget restarts{0, std::chrono::milliseconds{1}};
  std::uint32_t connections = 0; // Number of earlier connections.
  std::vector<caf::actor> observers;
  std::optional<connection_change> last_change;
  bool closing = false;
  bool calls_stopped = false;
  bool drained = false;
  bool end_told = false;
  caf::error exit_reason;
  std::vector<caf::typed_response_promise<void>> closers;
};

/// What a client that is closed answers.
error closed_error();

/// As the public one, with a logger and signals that are shared.
result<untyped_client> spawn_client(caf::actor_system& system, settings settings, logger_ptr log, signals_ptr signals);

/// The actor is untyped inside: the compiler would compare its handlers with sixty requests, at each of its functions. A test sends each request.
caf::behavior client_behavior(caf::stateful_actor<client_state>* self, client_parts parts);

} // namespace kdb::inline v0
