#include <client.hpp>

#include <type_traits>
#include <utility>

#include <call_defaults.hpp>
#include <kept_promise.hpp>
#include <last_event.hpp>
#include <parts_appender.hpp>
#include <policy/groups.hpp>
#include <policy/validate.hpp>
#include <reader.hpp>
#include <rpc/grpc_transport.hpp>
#include <subscription.hpp>
#include <whole_reader.hpp>

namespace kdb {

namespace {

error closed_error() {
  return {.code = errc::closed, .message = "the client is closed"};
}

wire::read_request to_request(const std::string& stream, const read_stream_options& how) {
  const auto from = how.from.value_or(how.direction == forwards ? stream_start : stream_end);
  return {.source = wire::stream_source{stream, from},
          .direction = how.direction,
          .limit = how.limit,
          .resolve_links = how.resolve_links};
}

wire::read_request to_request(const read_all_options& how) {
  const auto from = how.from.value_or(how.direction == forwards ? all_start : all_end);
  return {.source = wire::all_source{from},
          .direction = how.direction,
          .limit = how.limit,
          .resolve_links = how.resolve_links,
          .filter = how.filter};
}

/// Whether a request changes nothing.
template <class Request>
constexpr bool only_asks =
  std::is_same_v<Request, read_gossip> || std::is_same_v<Request, get_group_info> || std::is_same_v<Request, list_groups> ||
  std::is_same_v<Request, get_user> || std::is_same_v<Request, get_current_user> || std::is_same_v<Request, list_users> ||
  std::is_same_v<Request, get_projection_statistics> || std::is_same_v<Request, list_projections> ||
  std::is_same_v<Request, get_projection_state> || std::is_same_v<Request, get_projection_result>;

/// Whether servers are known not to answer such requests.
template <class Answer>
constexpr bool may_meet_silence =
  std::is_same_v<Answer, user_changed> || std::is_same_v<Answer, user_details> || std::is_same_v<Answer, user_list> ||
  std::is_same_v<Answer, projection_changed> || std::is_same_v<Answer, projection_statistics> ||
  std::is_same_v<Answer, projection_list> || std::is_same_v<Answer, projection_value> || std::is_same_v<Answer, scavenge_result>;

constexpr std::string_view settings_stream = "$settings";

std::string metadata_stream(const std::string& stream) {
  return "$$" + stream;
}

} // namespace

client_self::behavior_type client_state::start(client_parts given) {
  parts = std::move(given);
  restarts = {parts.how.max_restarts, parts.how.restart_span};
  context = std::make_shared<const worker_context>(
    worker_context{parts.how, std::make_shared<connection_ref>(), parts.log, std::make_shared<own_credentials>(parts.how)});
  self->set_down_handler([this](caf::down_msg& what) { on_down(what); });
  self->set_exit_handler([this](caf::exit_msg& what) { shut(std::move(what.reason)); });
  spawn_keeper();
  spawn_connection();
  spawn_appender();
  spawn_management();
  return {
    [this](append_to_stream& what) { return on_append(what); },
    [this](read_stream& what) { return on_read(what); },
    [this](append_in_parts& what) { return on_append_in_parts(what); },
    [this](read_stream_to_end& what) { return on_read_to_end(what); },
    [this](read_all& what) { return on_read_all(what); },
    [this](head_position& what) { return on_head_position(what); },
    [this](current_revision& what) { return on_current_revision(what); },
    [this](delete_stream& what) { return submit<delete_result>(management, what); },
    [this](tombstone_stream& what) { return submit<delete_result>(management, what); },
    [this](get_stream_metadata& what) { return on_get_metadata(what); },
    [this](set_stream_metadata& what) { return on_set_metadata(what); },
    [this](get_system_settings& what) { return on_get_settings(what); },
    [this](set_system_settings& what) { return on_set_settings(what); },
    [this](append_to_streams& what) { return submit<records_result>(management, what); },
    [this](append_records& what) { return submit<records_result>(management, what); },
    [this](subscribe_to_stream& what) { return on_subscribe(what); },
    [this](subscribe_to_all& what) { return on_subscribe_all(what); },
    [this](consume& what) { return on_consume(what); },
    [this](create_group& what) { return submit<group_changed>(management, what); },
    [this](create_group_on_all& what) { return submit<group_changed>(management, what); },
    [this](update_group& what) { return submit<group_changed>(management, what, true); },
    [this](update_group_on_all& what) { return submit<group_changed>(management, what, true); },
    [this](change_group& what) { return submit<group_changed>(management, what, true); },
    [this](delete_group& what) { return submit<group_changed>(management, what); },
    [this](get_group_info& what) { return submit<group_info>(management, what); },
    [this](list_groups& what) { return submit<group_list>(management, what); },
    [this](replay_parked& what) { return submit<group_changed>(management, what); },
    [this](truncate_parked& what) { return submit<group_changed>(management, what); },
    [this](restart_persistent_subscriptions& what) { return submit<group_changed>(management, what); },
    [this](create_user& what) { return submit<user_changed>(management, what); },
    [this](update_user& what) { return submit<user_changed>(management, what); },
    [this](delete_user& what) { return submit<user_changed>(management, what); },
    [this](enable_user& what) { return submit<user_changed>(management, what); },
    [this](disable_user& what) { return submit<user_changed>(management, what); },
    [this](get_user& what) { return submit<user_details>(management, what); },
    [this](get_current_user& what) { return submit<user_details>(management, what); },
    [this](list_users& what) { return submit<user_list>(management, what); },
    [this](change_password& what) { return submit<user_changed>(management, what); },
    [this](reset_password& what) { return submit<user_changed>(management, what); },
    [this](create_projection& what) { return submit<projection_changed>(management, what); },
    [this](create_one_time_projection& what) { return submit<projection_changed>(management, what); },
    [this](update_projection& what) { return submit<projection_changed>(management, what); },
    [this](delete_projection& what) { return submit<projection_changed>(management, what); },
    [this](enable_projection& what) { return submit<projection_changed>(management, what, true); },
    [this](disable_projection& what) { return submit<projection_changed>(management, what, true); },
    [this](abort_projection& what) { return submit<projection_changed>(management, what, true); },
    [this](reset_projection& what) { return submit<projection_changed>(management, what); },
    [this](get_projection_statistics& what) { return submit<projection_statistics>(management, what); },
    [this](list_projections& what) { return submit<projection_list>(management, what); },
    [this](get_projection_state& what) { return submit<projection_value>(management, what); },
    [this](get_projection_result& what) { return submit<projection_value>(management, what); },
    [this](restart_projections& what) { return submit<projection_changed>(management, what); },
    [this](start_scavenge& what) { return submit<scavenge_result>(management, what); },
    [this](stop_scavenge& what) { return submit<scavenge_result>(management, what); },
    [this](merge_indexes& what) { return submit<operation_done>(management, what); },
    [this](resign_node& what) { return submit<operation_done>(management, what); },
    [this](set_node_priority& what) { return submit<operation_done>(management, what, true); },
    [this](shut_down_node& what) { return submit<operation_done>(management, what); },
    [this](const await_connected& what) { return on_await_connected(what); },
    [this](const get_status&) { return on_get_status(); },
    [this](const observe& what) { on_observe(what); },
    [this](get_server_info& what) { return on_get_server_info(what); },
    [this](read_gossip& what) { return submit<cluster_info>(management, what); },
    [this](const close&) { return on_close(); },
    [this](const connection_change& what) { on_change(what); },
    [this](const calls_drained&) {
      drained = true;
      quit_when_done();
    },
  };
}

reader_actor client_state::spawn_reader(wire::read_request request, call_options call) {
  auto started = self->spawn(reader, read_plan{std::move(request), std::move(call)}, context,
                             caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()));
  supervise(started.address());
  return started;
}

caf::result<subscription_actor> client_state::spawn_subscription(subscription_plan plan) {
  if (!plan.subscriber)
    return to_caf({.code = errc::invalid_argument,
                   .message = "a subscription needs a subscriber",
                   .detail = bad_argument{"subscriber", "the handle of an actor"}});
  return when_begun<subscription_actor>(self->spawn(subscription, std::move(plan), context));
}

template <class Handle, class Started>
caf::result<Handle> client_state::when_begun(const Started& started) {
  supervise(started.address(), caf::actor_cast<caf::strong_actor_ptr>(started));
  const auto promise = kept(self->make_response_promise<Handle>());
  // It answers in any case, also when it ends.
  self->request(started, caf::infinite, begin{})
    .then([promise, started] { promise->deliver(Handle{started}); },
          [promise](caf::error& why) { promise->deliver(std::move(why)); });
  return *promise;
}

// -- the requests -------------------------------------------------------------------------

template <class Answer, class Worker, class Request>
caf::result<Answer> client_state::submit(const Worker& worker, Request& what, bool idempotent) {
  if (closing)
    return to_caf(closed_error());
  auto& call = call_of(what);
  if (may_meet_silence<Answer> && !deadline_for(parts.how, call))
    call.deadline = silence_limit;
  const auto times = call.retry.value_or(parts.how.retry);
  if (times == 0)
    return self->delegate(worker, std::move(what));
  constexpr auto kind = only_asks<Request> ? policy::request_kind::read : policy::request_kind::write;
  return keep_trying<Answer>(what, {kind, idempotent, times, time_budget{deadline_for(parts.how, call), self->clock().now()}});
}

template <class Answer, class Request>
caf::result<Answer> client_state::keep_trying(Request& what, const retry_plan& plan) {
  const auto started = self->spawn(retrying, attempts_at<Answer>(std::move(what), client_actor{self}), plan);
  supervise(started.address());
  return self->delegate(caf::actor_cast<retrying_actor<Answer>>(started), try_it{});
}

caf::result<append_result> client_state::on_append(append_to_stream& what) {
  // Only with an expectation of its own does the server take a second time for what it is.
  const auto explicitly = what.expected == stream_state::no_stream || what.expected.is_revision();
  return submit<append_result>(appender, what, explicitly);
}

caf::result<reader_actor> client_state::on_read(read_stream& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_read(what.stream, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_reader(to_request(what.stream, what.options), std::move(what.options.call));
}

caf::result<append_in_parts_result> client_state::on_append_in_parts(append_in_parts& what) {
  if (closing)
    return append_in_parts_result{.stopped = closed_error()};
  auto worker = self->spawn(parts_appender, client_actor{self});
  supervise(worker.address());
  return self->delegate(worker, std::move(what));
}

caf::result<event_list> client_state::on_read_to_end(read_stream_to_end& what) {
  if (closing)
    return to_caf(closed_error());
  auto worker = self->spawn(whole_reader, client_actor{self});
  supervise(worker.address());
  return self->delegate(worker, std::move(what));
}

caf::result<reader_actor> client_state::on_read_all(read_all& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_read(what.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_reader(to_request(what.options), std::move(what.options.call));
}

template <class Answer>
caf::result<Answer> client_state::from_last_event(wire::read_request request, call_options call,
                                                  result<Answer> (*read)(const resolved_event*)) {
  auto last = spawn_reader(std::move(request), std::move(call));
  const auto promise = kept(self->make_response_promise<Answer>());
  auto deliver = [promise](result<Answer> answer) {
    if (answer)
      promise->deliver(std::move(*answer));
    else
      promise->deliver(to_caf(std::move(answer.error())));
  };
  // The reader answers in any case, also when it ends. Its handle in the handlers keeps it until then.
  self->request(last, caf::infinite, next{})
    .then(
      [deliver, read, last](const event_batch& batch) {
        const auto events = batch.events();
        deliver(read(events.empty() ? nullptr : &*events.begin()));
      },
      [deliver, read, last](const caf::error& why) {
        auto known = error::from(why);
        deliver(known.code == errc::stream_not_found ? read(nullptr) : tl::unexpected{std::move(known)});
      });
  return *promise;
}

template <class Answer>
caf::result<Answer> client_state::from_last_event(const std::string& stream, call_options call,
                                                  result<Answer> (*read)(const resolved_event*)) {
  if (closing)
    return to_caf(closed_error());
  const read_stream_options backwards_one{.direction = backwards, .limit = 1, .call = call};
  if (auto fine = policy::check_read(stream, backwards_one); !fine)
    return to_caf(std::move(fine.error()));
  return from_last_event(to_request(stream, backwards_one), std::move(call), read);
}

caf::result<log_position> client_state::on_head_position(head_position& what) {
  if (closing)
    return to_caf(closed_error());
  const read_all_options backwards_one{
    .direction = backwards, .filter = what.options.filter, .limit = 1, .call = what.options.call};
  if (auto fine = policy::check_read(backwards_one); !fine)
    return to_caf(std::move(fine.error()));
  return from_last_event(to_request(backwards_one), std::move(what.options.call), read_position);
}

caf::result<revision_result> client_state::on_current_revision(current_revision& what) {
  return from_last_event(what.stream, std::move(what.call), read_revision);
}

caf::result<metadata_result> client_state::on_get_metadata(get_stream_metadata& what) {
  return from_last_event(metadata_stream(what.stream), std::move(what.options.call), read_metadata);
}

caf::result<append_result> client_state::on_set_metadata(set_stream_metadata& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_stream_name(what.stream); !fine)
    return to_caf(std::move(fine.error()));
  auto json = to_json(what.metadata);
  if (!json)
    return to_caf(std::move(json.error()));
  append_to_stream append{.stream = metadata_stream(what.stream),
                          .expected = what.expected,
                          .events = {new_event::json("$metadata", std::move(*json))},
                          .options = {std::move(what.options.call)}};
  return on_append(append);
}

caf::result<system_settings_result> client_state::on_get_settings(get_system_settings& what) {
  return from_last_event(std::string{settings_stream}, std::move(what.options.call), read_settings);
}

caf::result<append_result> client_state::on_set_settings(set_system_settings& what) {
  if (closing)
    return to_caf(closed_error());
  auto json = to_json(what.settings);
  if (!json)
    return to_caf(std::move(json.error()));
  append_to_stream append{.stream = std::string{settings_stream},
                          .expected = what.expected,
                          .events = {new_event::json("$settings", std::move(*json))},
                          .options = {std::move(what.options.call)}};
  return on_append(append);
}

caf::result<subscription_actor> client_state::on_subscribe(subscribe_to_stream& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_subscribe(what.stream, what.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_subscription({stream_plan{std::move(what.stream), std::move(what.options)}, what.subscriber.handle()});
}

caf::result<subscription_actor> client_state::on_subscribe_all(subscribe_to_all& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_subscribe(what.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_subscription({all_plan{std::move(what.options)}, what.subscriber.handle()});
}

caf::result<consumer_actor> client_state::on_consume(consume& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_consume(what.group, what.options); !fine)
    return to_caf(std::move(fine.error()));
  if (!what.subscriber.handle())
    return to_caf({.code = errc::invalid_argument,
                   .message = "a consumer needs a subscriber",
                   .detail = bad_argument{"subscriber", "the handle of an actor"}});
  auto started =
    self->spawn(consumer, consumer_plan{std::move(what.group), std::move(what.options), what.subscriber.handle()}, context);
  consumers.insert(started.address());
  return when_begun<consumer_actor>(started);
}

caf::result<connected> client_state::on_await_connected(const await_connected& what) {
  if (closing)
    return to_caf(closed_error());
  if (what.timeout <= std::chrono::milliseconds::zero())
    return to_caf({.code = errc::invalid_argument,
                   .message = "the timeout must be positive",
                   .detail = bad_argument{"timeout", "more than 0 ms"}});
  const auto promise = kept(self->make_response_promise<connected>());
  wait_for_node(promise, time_budget{what.timeout, self->clock().now()});
  return *promise;
}

void client_state::wait_for_node(const connected_promise& waiting, time_budget budget) {
  self->request(context->connection->get(), budget.timeout(self->clock().now()), get_node{})
    .then(
      [waiting](const node_ptr& found) {
        waiting->deliver(connected{found->where, found->features.version});
      },
      [this, waiting, budget](const caf::error& why) {
        auto known = no_node(*context, why);
        // The next round: the connection sees to the pause before it.
        const auto may_pass = policy::retry_can_help(known.code) && known.code != errc::deadline_exceeded;
        // Settings and certificates don't change in a moment: who waits would only learn of it at the end of its time.
        if (!closing && may_pass && known.code != errc::tls_failed && !budget.is_over(self->clock().now()))
          wait_for_node(waiting, budget);
        else
          waiting->deliver(to_caf(std::move(known)));
      });
}

// -- about the client -----------------------------------------------------------------------

caf::result<client_status> client_state::on_get_status() {
  if (closing)
    return client_status{.phase = client_phase::closed};
  return self->delegate(context->connection->get(), get_status{});
}

caf::result<server_info> client_state::on_get_server_info(get_server_info& what) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_call(what.call); !fine)
    return to_caf(std::move(fine.error()));
  const auto promise = kept(self->make_response_promise<server_info>());
  const time_budget budget{deadline_for(parts.how, what.call), self->clock().now()};
  self->request(context->connection->get(), budget.timeout(self->clock().now()), get_node{what.call.wait_for_node})
    .then(
      [promise](const node_ptr& found) {
        const auto& offers = found->features.offers;
        promise->deliver(server_info{found->where, found->features.version, {offers.begin(), offers.end()}});
      },
      [this, promise](const caf::error& why) { promise->deliver(to_caf(no_node(*context, why))); });
  return *promise;
}

client_self::behavior_type client_behavior(client_self::stateful_pointer<client_state> self, client_parts parts) {
  return self->state.start(std::move(parts));
}

result<client_actor> spawn_client(caf::actor_system& system, settings how) {
  auto log = std::make_shared<const logger>(how.log, how.minimum_log_level, how.on_change);
  return spawn_client(system, std::move(how), std::move(log));
}

result<client_actor> spawn_client(caf::actor_system& system, settings how, logger_ptr log) {
  if (auto fine = how.validate(); !fine)
    return tl::unexpected{std::move(fine.error())};
  if (auto fine = rpc::check_tls_files(how.tls); !fine)
    return tl::unexpected{std::move(fine.error())};
  for (const auto& warning : how.warnings())
    (*log)(log_level::warning, warning);
  if (how.connection_name.empty())
    how.connection_name = to_string(random_uuid());
  auto engine = rpc::make_engine(how.max_transport_bytes);
  auto transports = [engine = std::weak_ptr{engine}, how](const rpc::address& where) -> std::shared_ptr<rpc::transport> {
    return rpc::make_grpc_transport(engine.lock(), where, how);
  };
  return client_actor{system.spawn(
    client_behavior,
    client_parts{
      .how = how, .engine = engine, .transports = std::move(transports), .look_up = rpc::resolve, .log = std::move(log)})};
}

} // namespace kdb
