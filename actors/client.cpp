#include <client.hpp>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <utility>

#include <appender.hpp>
#include <call_defaults.hpp>
#include <discovery.hpp>
#include <last_event.hpp>
#include <late_sender.hpp>
#include <management.hpp>
#include <parts_appender.hpp>
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

constexpr std::string_view settings_stream = "$settings";

std::string metadata_stream(const std::string& stream) {
  return "$$" + stream;
}

} // namespace

client_state::~client_state() {
  for (auto& promise : closers)
    promise.deliver(caf::unit);
  for (auto& each : between_rounds)
    each.waiting.deliver(to_caf(closed_error()));
  // Killed, not closed: workers that wait for the server would live on, and keep their callers waiting.
  for (const auto& [address, unused] : children)
    if (auto alive = caf::actor_cast<caf::actor>(address))
      caf::anon_send_exit(alive, caf::exit_reason::user_shutdown);
}

client_self::behavior_type client_state::start(client_parts given) {
  parts = std::move(given);
  self->set_down_handler([this](caf::down_msg& what) { on_down(what); });
  self->set_exit_handler([this](caf::exit_msg& what) { shut(std::move(what.reason)); });
  spawn_core();
  return {
    [this](append_to_stream& what) { return on_append(what); },
    [this](read_stream& what) { return on_read(what); },
    [this](append_in_parts& what) { return on_append_in_parts(what); },
    [this](read_stream_to_end& what) { return on_read_to_end(what); },
    [this](read_all& what) { return on_read_all(what); },
    [this](head_position& what) { return on_head_position(what); },
    [this](current_revision& what) { return on_current_revision(what); },
    [this](delete_stream& what) { return to_management<delete_result>(what); },
    [this](tombstone_stream& what) { return to_management<delete_result>(what); },
    [this](get_stream_metadata& what) { return on_get_metadata(what); },
    [this](set_stream_metadata& what) { return on_set_metadata(what); },
    [this](get_system_settings& what) { return on_get_settings(what); },
    [this](set_system_settings& what) { return on_set_settings(what); },
    [this](append_to_streams& what) { return to_management<records_result>(what); },
    [this](append_records& what) { return to_management<records_result>(what); },
    [this](subscribe_to_stream& what) { return on_subscribe(what); },
    [this](subscribe_to_all& what) { return on_subscribe_all(what); },
    [this](const await_connected& what) { return on_await_connected(what); },
    [this](const close&) { return on_close(); },
    [this](const await_again&) {
      for (auto& each : std::exchange(between_rounds, {}))
        wait_for_node(std::move(each.waiting), each.budget);
    },
    [this](const calls_drained&) {
      drained = true;
      quit_when_done();
    },
  };
}

// -- the workers ------------------------------------------------------------------------

void client_state::spawn_core() {
  discovery = self->spawn(single_endpoint_discovery, parts.how.endpoints.front());
  auto link = self->spawn(connection, parts.how, discovery, parts.transports, parts.log);
  context = std::make_shared<const worker_context>(worker_context{parts.how, link, parts.log});
  supervise(discovery.address());
  supervise(link.address());
  spawn_appender();
  spawn_management();
}

void client_state::spawn_appender() {
  appender = self->spawn(kdb::appender, context);
  supervise(appender.address());
}

void client_state::spawn_management() {
  management = self->spawn(kdb::management, context);
  supervise(management.address());
}

void client_state::supervise(const caf::actor_addr& child, subscription_actor handle) {
  self->monitor(child);
  children.emplace(child, std::move(handle));
}

void client_state::on_down(const caf::down_msg& what) {
  children.erase(what.source);
  if (closing) {
    quit_when_done();
    return;
  }
  const auto link = context->connection.address();
  const auto link_died = what.source == link || what.source == discovery.address();
  const auto appender_died = what.source == appender.address(), management_died = what.source == management.address();
  if (!link_died && !appender_died && !management_died)
    return;
  if (parts.log)
    (*parts.log)(log_level::error, "a worker died and is replaced: " + error::from(what.reason).message);
  if (appender_died)
    spawn_appender();
  if (management_died)
    spawn_management();
  if (!link_died)
    return;
  for (const auto& stale : {discovery.address(), link, appender.address(), management.address()})
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(stale))
      self->send_exit(alive, caf::exit_reason::user_shutdown);
  spawn_core();
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
  auto started = self->spawn(subscription, std::move(plan), context);
  supervise(started.address(), started);
  auto promise = self->make_response_promise<subscription_actor>();
  // The subscription answers in any case, also when it ends.
  self->request(started, caf::infinite, begin{})
    .then([promise, started]() mutable { promise.deliver(subscription_actor{started}); },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

// -- the requests -------------------------------------------------------------------------

caf::result<append_result> client_state::on_append(append_to_stream& what) {
  if (closing)
    return to_caf(closed_error());
  return self->delegate(appender, std::move(what));
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

template <class Answer, class Request>
caf::result<Answer> client_state::to_management(Request& what) {
  if (closing)
    return to_caf(closed_error());
  return self->delegate(management, std::move(what));
}

template <class Answer>
caf::result<Answer> client_state::from_last_event(wire::read_request request, call_options call,
                                                  result<Answer> (*read)(const resolved_event*)) {
  auto last = spawn_reader(std::move(request), std::move(call));
  auto promise = self->make_response_promise<Answer>();
  auto deliver = [promise](result<Answer> answer) mutable {
    if (answer)
      promise.deliver(std::move(*answer));
    else
      promise.deliver(to_caf(std::move(answer.error())));
  };
  // The reader answers in any case, also when it ends. Its handle in the handlers keeps it until then.
  self->request(last, caf::infinite, next{})
    .then(
      [deliver, read, last](const event_batch& batch) mutable {
        const auto events = batch.events();
        deliver(read(events.empty() ? nullptr : &*events.begin()));
      },
      [deliver, read, last](const caf::error& why) mutable {
        auto known = error::from(why);
        deliver(known.code == errc::stream_not_found ? read(nullptr) : tl::unexpected{std::move(known)});
      });
  return promise;
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
  const read_all_options backwards_one{.direction = backwards, .filter = what.options.filter, .limit = 1, .call = what.options.call};
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
  return self->delegate(appender, append_to_stream{.stream = metadata_stream(what.stream),
                                                   .expected = what.expected,
                                                   .events = {new_event::json("$metadata", std::move(*json))},
                                                   .options = {std::move(what.options.call)}});
}

caf::result<system_settings_result> client_state::on_get_settings(get_system_settings& what) {
  return from_last_event(std::string{settings_stream}, std::move(what.options.call), read_settings);
}

caf::result<append_result> client_state::on_set_settings(set_system_settings& what) {
  if (closing)
    return to_caf(closed_error());
  return self->delegate(appender, append_to_stream{.stream = std::string{settings_stream},
                                                   .expected = what.expected,
                                                   .events = {new_event::json("$settings", to_json(what.settings))},
                                                   .options = {std::move(what.options.call)}});
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

caf::result<connected> client_state::on_await_connected(const await_connected& what) {
  if (closing)
    return to_caf(closed_error());
  if (what.timeout <= std::chrono::milliseconds::zero())
    return to_caf({.code = errc::invalid_argument,
                   .message = "the timeout must be positive",
                   .detail = bad_argument{"timeout", "more than 0 ms"}});
  auto promise = self->make_response_promise<connected>();
  wait_for_node(promise, time_budget{what.timeout, self->clock().now()});
  return promise;
}

void client_state::wait_for_node(caf::typed_response_promise<connected> waiting, time_budget budget) {
  const auto left = *budget.left(self->clock().now());
  self->request(context->connection, left, get_node{})
    .then(
      [waiting](const node_ptr& found) mutable { waiting.deliver(connected{found->where, found->features.version}); },
      [this, waiting, budget](const caf::error& why) mutable {
        auto known = not_started(error::from(why));
        const auto again = !closing && known.code == errc::discovery_failed && !budget.is_over(self->clock().now());
        if (!again) {
          waiting.deliver(to_caf(std::move(known)));
          return;
        }
        between_rounds.push_back({waiting, budget});
        self->delayed_send(self, parts.how.discovery_interval, await_again{});
      });
}

// -- the end --------------------------------------------------------------------------------

caf::result<void> client_state::on_close() {
  auto promise = self->make_response_promise<void>();
  closers.push_back(promise);
  shut(caf::exit_reason::normal);
  return promise;
}

void client_state::shut(caf::error reason) {
  if (std::exchange(closing, true))
    return;
  exit_reason = std::move(reason);
  for (auto& each : std::exchange(between_rounds, {}))
    each.waiting.deliver(to_caf(closed_error()));
  for (const auto& [address, handle] : children)
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(address))
      self->send_exit(alive, caf::exit_reason::user_shutdown);
  if (parts.engine)
    rpc::stop_engine(*parts.engine, [tell = late_sender{self}] { tell(calls_drained{}); });
  else
    drained = true;
  quit_when_done();
}

void client_state::quit_when_done() {
  if (!closing || !drained || !children.empty())
    return;
  for (auto& promise : std::exchange(closers, {}))
    promise.deliver(caf::unit);
  self->quit(exit_reason);
}

client_self::behavior_type client_behavior(client_self::stateful_pointer<client_state> self, client_parts parts) {
  return self->state.start(std::move(parts));
}

result<client_actor> spawn_client(caf::actor_system& system, settings how) {
  auto log = std::make_shared<const logger>(how.log, how.minimum_log_level);
  return spawn_client(system, std::move(how), std::move(log));
}

result<client_actor> spawn_client(caf::actor_system& system, settings how, logger_ptr log) {
  if (auto fine = how.validate(); !fine)
    return tl::unexpected{std::move(fine.error())};
  if (how.connection_name.empty())
    how.connection_name = to_string(random_uuid());
  if (how.credentials && !how.tls.enabled && !how.credentials_in_clear)
    (*log)(log_level::warning, "credentials are not sent without TLS; use tls=true, or allow it with credentials_in_clear");
  auto engine = rpc::make_engine();
  auto transports = [engine = std::weak_ptr{engine}, how](const endpoint& where) -> std::shared_ptr<rpc::transport> {
    return rpc::make_grpc_transport(engine.lock(), where, how);
  };
  return client_actor{system.spawn(client_behavior, client_parts{how, engine, std::move(transports), std::move(log)})};
}

} // namespace kdb
