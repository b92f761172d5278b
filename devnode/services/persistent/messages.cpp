// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/persistent/messages.hpp"

#include "devnode/store/wire_writer.hpp"

#include "kdb/event_store/client/persistent.pb.h"

#include <array>

namespace kdb::inline v0::development {
namespace {

using event_store::client::persistent_subscriptions::ReadResp;

void set_id(event_store::client::UUID& id, const uuid& value, id_form form) {
  if (form == id_form::text)
    return id.set_string(to_string(value));
  id.mutable_structured()->set_most_significant_bits(static_cast<std::int64_t>(value.high));
  id.mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(value.low));
}

void set_record(ReadResp::ReadEvent::RecordedEvent& record, const stored_event& event, std::uint64_t position, id_form form) {
  record.ParseFromArray(event.body().data(), static_cast<int>(event.record_size));
  set_id(*record.mutable_id(), event.id, form);
  record.set_prepare_position(position);
  record.set_commit_position(position);
}

// Other than in Streams.Read both carry the position of the link.
rpc::outgoing linked_event_message(const resolved_event& event, std::int32_t retry_count, id_form form) {
  ReadResp message;
  auto& read = *message.mutable_event();
  set_record(*read.mutable_event(), *event.event, event.link->position, form);
  set_record(*read.mutable_link(), *event.link, event.link->position, form);
  read.set_commit_position(event.link->position);
  read.set_retry_count(retry_count);
  return rpc::outgoing{message};
}

} // namespace

rpc::outgoing group_confirmation_message(const std::string& subscription_id) {
  ReadResp message;
  message.mutable_subscription_confirmation()->set_subscription_id(subscription_id);
  return rpc::outgoing{message};
}

rpc::outgoing group_event_message(const resolved_event& event, std::int32_t retry_count, id_form form) {
  constexpr int retry_count_field = 5;
  if (event.link && event.event)
    return linked_event_message(event, retry_count, form);
  std::array<std::uint8_t, 16> tail{};
  wire_writer out{tail.data()};
  out.number(retry_count_field, static_cast<std::uint64_t>(retry_count));
  return event_message(event, form,
                       {reinterpret_cast<const char*>(tail.data()), static_cast<std::size_t>(out.position() - tail.data())});
}

} // namespace kdb::inline v0::development
