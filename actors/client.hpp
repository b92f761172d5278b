#pragma once

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <connection.hpp>
#include <consumer.hpp>
#include <credentials_keeper.hpp>
#include <discovery.hpp>
#include <kdb/actors.hpp>
#include <policy/retry_budget.hpp>
#include <retrying.hpp>
#include <subscription.hpp>
#include <worker_context.hpp>

namespace kdb {

namespace rpc {
class engine;
} // namespace rpc

/// What a client is made of. Tests put a scripted transport in it.
struct client_parts {
  settings how;
  std::shared_ptr<rpc::engine> engine; // May be null: nothing to wait for then.
  transport_factory transports;
  name_lookup look_up;
  logger_ptr log;
};

using client_self = client_actor::extend<caf::reacts_to<connection_change>, // Of its connection.
                                         caf::reacts_to<calls_drained>>;

using connected_promise = std::shared_ptr<caf::typed_response_promise<connected>>;

/// The façade: hands requests to the workers that own them, supervises these, and closes everything in order.
struct client_state {
  static inline const char* name = "kdb.client";

  explicit client_state(client_self::pointer owner) : self{owner} {}
  ~client_state();

  client_self::behavior_type start(client_parts parts);

  // One for each message.
  caf::result<append_result> on_append(append_to_stream& what);
  caf::result<reader_actor> on_read(read_stream& what);
  caf::result<append_in_parts_result> on_append_in_parts(append_in_parts& what);
  caf::result<event_list> on_read_to_end(read_stream_to_end& what);
  caf::result<reader_actor> on_read_all(read_all& what);
  caf::result<log_position> on_head_position(head_position& what);
  caf::result<revision_result> on_current_revision(current_revision& what);
  caf::result<metadata_result> on_get_metadata(get_stream_metadata& what);
  caf::result<append_result> on_set_metadata(set_stream_metadata& what);
  caf::result<system_settings_result> on_get_settings(get_system_settings& what);
  caf::result<append_result> on_set_settings(set_system_settings& what);
  caf::result<subscription_actor> on_subscribe(subscribe_to_stream& what);
  caf::result<subscription_actor> on_subscribe_all(subscribe_to_all& what);
  caf::result<consumer_actor> on_consume(consume& what);
  caf::result<connected> on_await_connected(const await_connected& what);
  caf::result<void> on_close();
  caf::result<client_status> on_get_status();
  void on_observe(const observe& what);
  caf::result<server_info> on_get_server_info(get_server_info& what);
  void on_change(const connection_change& what);
  void on_down(const caf::down_msg& what);

  void spawn_keeper();
  void spawn_connection();
  void spawn_appender();
  void spawn_management();
  /// The handle of a subscription or consumer keeps it alive, whoever else lets go of it.
  void supervise(const caf::actor_addr& child, caf::strong_actor_ptr handle = {});
  /// Hands a request to the worker that owns it, or to an actor that tries it more than once.
  template <class Answer, class Worker, class Request>
  caf::result<Answer> submit(const Worker& worker, Request& what, bool idempotent = false);
  template <class Answer, class Request>
  caf::result<Answer> keep_trying(Request& what, const retry_plan& plan);
  /// Makes the answer from the one event that the request asks for; from null if there is none.
  template <class Answer>
  caf::result<Answer> from_last_event(wire::read_request request, call_options call,
                                      result<Answer> (*read)(const resolved_event*));
  template <class Answer>
  caf::result<Answer> from_last_event(const std::string& stream, call_options call,
                                      result<Answer> (*read)(const resolved_event*));
  reader_actor spawn_reader(wire::read_request request, call_options call);
  caf::result<subscription_actor> spawn_subscription(subscription_plan plan);
  /// Hands out what was started when it has begun, or why it has not.
  template <class Handle, class Started>
  caf::result<Handle> when_begun(const Started& started);
  void wait_for_node(const connected_promise& waiting, time_budget budget);
  void shut(caf::error reason);
  /// Once the last consumer has gone: its answers need their calls.
  void stop_calls();
  void quit_when_done();
  void tell_observers(const connection_change& what);

  client_self::pointer self;
  client_parts parts;
  worker_context_ptr context;
  credentials_keeper_actor keeper; // If somebody provides credentials.
  discovery_actor discovery;
  appender_actor appender;
  management_actor management;
  std::unordered_map<caf::actor_addr, caf::strong_actor_ptr>
    children;                                    // Readers have no handle here: unused ones go by themselves.
  std::unordered_set<caf::actor_addr> consumers; // Children, too.
  policy::retry_budget restarts{0, std::chrono::milliseconds{1}};
  std::uint32_t connections = 0; // That there were before this one.
  std::vector<caf::actor> observers;
  std::optional<connection_change> last_change;
  bool closing = false;
  bool calls_stopped = false;
  bool drained = false;
  caf::error exit_reason;
  std::vector<caf::response_promise> closers;
};

/// As the public one, with a logger that is shared.
result<client_actor> spawn_client(caf::actor_system& system, settings how, logger_ptr log);

client_self::behavior_type client_behavior(client_self::stateful_pointer<client_state> self, client_parts parts);

} // namespace kdb
