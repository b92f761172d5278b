// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/info.hpp"

#include "devnode/services/persistent/running_group.hpp"

#include "kdb/event_store/client/persistent.pb.h"

#include <limits>

namespace kdb::inline v0::development {
namespace {

using event_store::client::persistent_subscriptions::SubscriptionInfo;

std::int32_t in_milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::int32_t>(time.count());
}

void describe_settings(const group_settings& settings, SubscriptionInfo& into) {
  into.set_resolve_link_tos(settings.resolve_links);
  into.set_message_timeout_milliseconds(in_milliseconds(settings.message_timeout));
  into.set_extra_statistics(settings.extra_statistics);
  into.set_max_retry_count(settings.max_retry_count);
  into.set_live_buffer_size(settings.live_buffer_size);
  into.set_buffer_size(settings.history_buffer_size);
  into.set_read_batch_size(settings.read_batch_size);
  // "Never" is the longest time there is.
  into.set_check_point_after_milliseconds(settings.checkpoint_after.count() == 0 ? std::numeric_limits<std::int32_t>::max()
                                                                                 : in_milliseconds(settings.checkpoint_after));
  into.set_min_check_point_count(settings.min_checkpoint_count);
  into.set_max_check_point_count(settings.max_checkpoint_count);
  into.set_named_consumer_strategy(std::string{name_of(settings.strategy)});
  into.set_max_subscriber_count(settings.max_subscriber_count);
}

void describe_members(const running_group& group, SubscriptionInfo& into) {
  for (auto& each : group.members()) {
    auto& connection = *into.add_connections();
    connection.set_username(each.label.user);
    connection.set_connection_name(each.label.connection);
    connection.set_average_items_per_second(each.rate.average());
    connection.set_total_items(each.consumer.total);
    connection.set_count_since_last_measurement(each.rate.since(each.consumer.total));
    connection.set_available_slots(each.consumer.slots - each.consumer.in_flight);
    connection.set_in_flight_messages(each.consumer.in_flight);
    if (auto latency = group.state().latency_of(each.consumer.id)) {
      for (auto& [name, units] : latency->observed()) {
        auto& measurement = *connection.add_observed_measurements();
        measurement.set_key(std::string{name});
        measurement.set_value(units);
      }
    }
  }
}

} // namespace

void describe_group(running_group& group, SubscriptionInfo& into) {
  group.read_on();
  auto& definition = group.definition();
  auto& state = group.state();
  into.set_event_source(definition.stream);
  into.set_group_name(definition.name);
  into.set_status(group.status());
  into.set_start_from(start_text(definition));
  describe_settings(definition.settings, into);
  describe_members(group, into);
  into.set_average_per_second(group.rate().average());
  into.set_total_items(state.sent());
  into.set_count_since_last_measurement(group.rate().since(state.sent()));
  if (state.saved())
    into.set_last_checkpointed_event_position(place_text(definition, *state.saved()));
  if (state.last_known())
    into.set_last_known_event_position(place_text(definition, {*state.last_known()}));
  into.set_read_buffer_count(static_cast<std::int32_t>(state.waiting()));
  into.set_live_buffer_count(state.live_events());
  into.set_retry_buffer_count(static_cast<std::int32_t>(state.retrying()));
  into.set_total_in_flight_messages(static_cast<std::int32_t>(state.in_flight()));
  into.set_outstanding_messages_count(static_cast<std::int32_t>(state.in_flight()));
  into.set_parked_message_count(group.parked_count());
}

} // namespace kdb::inline v0::development
