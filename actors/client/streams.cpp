// SPDX-License-Identifier: Apache-2.0
#include "actors/client/client.hpp"

#include <utility>

#include "actors/client/statistics_watcher.hpp"
#include "actors/workers/reader.hpp"
#include "actors/workers/whole_reader.hpp"
#include "libkdb/policy/groups.hpp"
#include "libkdb/policy/operations.hpp"
#include "libkdb/policy/validate.hpp"

// What the client starts an actor for: reads, subscriptions, consumers and watches of statistics.
namespace kdb::inline v0 {

namespace {

wire::read_request to_request(const std::string& stream, const read_stream_options& options) {
  const auto from = options.from.value_or(options.direction == forwards ? stream_start : stream_end);
  return {.source = wire::stream_source{stream, from},
          .direction = options.direction,
          .limit = options.limit,
          .resolve_links = options.resolve_links};
}

wire::read_request to_request(const read_all_options& options) {
  const auto from = options.from.value_or(options.direction == forwards ? all_start : all_end);
  return {.source = wire::all_source{from},
          .direction = options.direction,
          .limit = options.limit,
          .resolve_links = options.resolve_links,
          .filter = options.filter};
}

} // namespace

// -- reading --------------------------------------------------------------------------------

reader_actor client_state::spawn_reader(wire::read_request request, call_options call) {
  auto started = self->spawn(reader, read_plan{std::move(request), std::move(call)}, context,
                             caf::actor_cast<caf::strong_actor_ptr>(self->current_sender()));
  supervise(started.address());
  return started;
}

caf::result<reader_actor> client_state::on_read(read_stream& request) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_read(request.stream, request.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_reader(to_request(request.stream, request.options), std::move(request.options.call));
}

caf::result<reader_actor> client_state::on_read_all(read_all& request) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_read(request.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_reader(to_request(request.options), std::move(request.options.call));
}

caf::result<event_list> client_state::on_read_to_end(read_stream_to_end& request) {
  if (closing)
    return to_caf(closed_error());
  auto worker = self->spawn(whole_reader, untyped_client{self});
  supervise(worker.address());
  return any_caf::delegate(self, worker, std::move(request));
}

// -- following -------------------------------------------------------------------------------

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
  return any_caf::delegate(self, started, begin{});
}

caf::result<subscription_actor> client_state::on_subscribe(subscribe_to_stream& request) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_subscribe(request.stream, request.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_subscription({stream_plan{std::move(request.stream), std::move(request.options)}, request.subscriber.handle()});
}

caf::result<subscription_actor> client_state::on_subscribe_all(subscribe_to_all& request) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_subscribe(request.options); !fine)
    return to_caf(std::move(fine.error()));
  return spawn_subscription({all_plan{std::move(request.options)}, request.subscriber.handle()});
}

caf::result<consumer_actor> client_state::on_consume(consume& request) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_consume(request.group, request.options); !fine)
    return to_caf(std::move(fine.error()));
  if (!request.subscriber.handle())
    return to_caf({.code = errc::invalid_argument,
                   .message = "a consumer needs a subscriber",
                   .detail = bad_argument{"subscriber", "the handle of an actor"}});
  auto started = self->spawn(
    consumer, consumer_plan{std::move(request.group), std::move(request.options), request.subscriber.handle()}, context);
  consumers.insert(started.address());
  return when_begun<consumer_actor>(started);
}

caf::result<statistics_watcher_actor> client_state::on_watch_statistics(watch_statistics& request) {
  if (closing)
    return to_caf(closed_error());
  if (auto fine = policy::check_watch_statistics(request.options); !fine)
    return to_caf(std::move(fine.error()));
  const auto started = self->spawn(statistics_watcher, std::move(request.options), untyped_client{self});
  supervise(started.address());
  return statistics_watcher_actor{started};
}

} // namespace kdb::inline v0
