// SPDX-License-Identifier: Apache-2.0
#include "devnode/services/streams/read_messages.hpp"

#include "devnode/store/wire_writer.hpp"

#include "kdb/event_store/client/streams.pb.h"

#include <string>
#include <vector>

namespace kdb::inline v0::development {
namespace {

using event_store::client::streams::ReadResp;

// Field numbers of ReadResp, ReadEvent, RecordedEvent and UUID.
constexpr int content_event = 1;
constexpr int read_event = 1;
constexpr int read_link = 2;
constexpr int record_id = 1;
constexpr int text = 2;
constexpr std::size_t text_size = 36;

std::size_t id_size(const uuid& id, id_form form) {
  return form == id_form::text ? field_size(text_size) : structured_id_size(id);
}

std::size_t record_size(const stored_event& event, id_form form) {
  return field_size(id_size(event.id, form)) + event.record_size;
}

// Everything of a record but its body.
void write_head(wire_writer& out, int field, const stored_event& event, id_form form) {
  out.open(field, record_size(event, form));
  out.open(record_id, id_size(event.id, form));
  if (form == id_form::text) {
    char canonical[text_size];
    write_text(event.id, canonical);
    out.bytes(text, {canonical, text_size});
  } else {
    write_structured_id(out, event.id);
  }
}

void set_timestamp(google::protobuf::Timestamp& at, std::int64_t ticks) {
  at.set_seconds(ticks / 10'000'000);
  at.set_nanos(static_cast<std::int32_t>(ticks % 10'000'000) * 100);
}

// Small events are copied next to their heads: one piece costs the transport less than two.
constexpr std::size_t largest_copy = 4096;

// An event without a link and without much data.
rpc::outgoing small_event_message(const stored_event& event, id_form form, std::string_view tail) {
  auto body = event.body();
  auto size = field_size(record_size(event, form)) + body.size() - event.record_size + tail.size();
  shared_bytes bytes{field_size(size)};
  wire_writer out{const_cast<std::uint8_t*>(bytes.begin())}; // ours alone until it is returned
  out.open(content_event, size);
  write_head(out, read_event, event, form);
  out.raw(body);
  out.raw(tail);
  return rpc::outgoing{std::move(bytes)};
}

} // namespace

// The body of the last record ends with the position of the event, which belongs to ReadEvent.
rpc::outgoing event_message(const resolved_event& event, id_form form, std::string_view tail) {
  if (!event.link && form == id_form::structured && tail.empty())
    return rpc::outgoing{event.event->message}; // as it is stored
  if (!event.link && event.event->message.size() <= largest_copy)
    return small_event_message(*event.event, form, tail);
  auto& last = event.link ? *event.link : *event.event;
  std::size_t size = field_size(record_size(last, form)) + last.body().size() - last.record_size + tail.size();
  if (event.link && event.event)
    size += field_size(record_size(*event.event, form));

  std::uint8_t buffer[160];
  wire_writer out{buffer};
  auto flush = [&, from = buffer]() mutable {
    shared_bytes piece{from, static_cast<std::size_t>(out.position() - from)};
    from = out.position();
    return piece;
  };
  std::vector<shared_bytes> pieces;
  out.open(content_event, size);
  if (event.link && event.event) {
    write_head(out, read_event, *event.event, form);
    pieces.push_back(flush());
    pieces.push_back(event.event->message.sub(event.event->head_size, event.event->head_size + event.event->record_size));
  }
  write_head(out, event.link ? read_link : read_event, last, form);
  pieces.push_back(flush());
  pieces.push_back(last.message.sub(last.head_size, last.message.size()));
  if (!tail.empty())
    pieces.emplace_back(tail.data(), tail.size());
  return rpc::outgoing{std::move(pieces)};
}

rpc::outgoing confirmation_message(const uuid& subscription) {
  ReadResp message;
  message.mutable_confirmation()->set_subscription_id(to_string(subscription));
  return rpc::outgoing{message};
}

rpc::outgoing checkpoint_message(const log_position& position, std::int64_t now) {
  ReadResp message;
  auto& checkpoint = *message.mutable_checkpoint();
  checkpoint.set_commit_position(position.commit);
  checkpoint.set_prepare_position(position.prepare);
  set_timestamp(*checkpoint.mutable_timestamp(), now);
  return rpc::outgoing{message};
}

rpc::outgoing not_found_message(std::string_view stream) {
  ReadResp message;
  message.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name(std::string{stream});
  return rpc::outgoing{message};
}

rpc::outgoing first_position_message(std::uint64_t revision) {
  ReadResp message;
  message.set_first_stream_position(revision);
  return rpc::outgoing{message};
}

rpc::outgoing last_position_message(std::uint64_t revision) {
  ReadResp message;
  message.set_last_stream_position(revision);
  return rpc::outgoing{message};
}

rpc::outgoing caught_up_message(const caught_up_place& place, std::int64_t now) {
  ReadResp message;
  auto& caught_up = *message.mutable_caught_up();
  set_timestamp(*caught_up.mutable_timestamp(), now);
  if (place.revision)
    caught_up.set_stream_revision(*place.revision);
  if (place.position) {
    caught_up.mutable_position()->set_commit_position(place.position->commit);
    caught_up.mutable_position()->set_prepare_position(place.position->prepare);
  }
  return rpc::outgoing{message};
}

} // namespace kdb::inline v0::development
