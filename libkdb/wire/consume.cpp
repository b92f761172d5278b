// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/consume.hpp"

#include <algorithm>
#include <utility>

#include "kdb/event_store/client/persistent.pb.h"
#include "libkdb/values/all_stream.hpp"
#include "libkdb/wire/batch_storage.hpp"
#include "libkdb/wire/field_writer.hpp"
#include "libkdb/wire/read_resp_parser.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::persistent_subscriptions;

// -- requests ----------------------------------------------------------------------------------

std::string encode(const consume_request& request) {
  v1::ReadReq message;
  auto& options = *message.mutable_options();
  if (request.group.stream == all_stream)
    options.mutable_all();
  else
    options.mutable_stream_identifier()->set_stream_name(request.group.stream);
  options.set_group_name(request.group.group);
  options.set_buffer_size(static_cast<std::int32_t>(request.buffer));
  options.mutable_uuid_option()->mutable_structured();
  return message.SerializeAsString();
}

namespace {

constexpr std::uint32_t ack_field = 2, nack_field = 3;

/// An `Ack` or a `Nack`: their ids have the same number.
std::string encode_part(std::span<const uuid> ids, const outcome& answer) {
  std::size_t size = 0;
  for (const auto& id : ids)
    size += bytes_field_size(uuid_size(id));
  if (!answer.is_ack())
    size += 2 + (answer.reason().empty() ? 0 : bytes_field_size(answer.reason().size()));
  field_writer out{bytes_field_size(size)};
  out.message(answer.is_ack() ? ack_field : nack_field, size);
  for (const auto& id : ids)
    out.id(2, id);
  if (!answer.is_ack()) {
    out.number(3, static_cast<std::uint64_t>(answer.action()));
    if (!answer.reason().empty())
      out.bytes(4, answer.reason());
  }
  return out.take();
}

} // namespace

std::vector<std::string> encode_answer(std::span<const uuid> ids, const outcome& answer) {
  std::vector<std::string> messages;
  while (!ids.empty()) {
    const auto count = std::min(ids.size(), ids_in_a_message);
    messages.push_back(encode_part(ids.first(count), answer));
    ids = ids.subspan(count);
  }
  return messages;
}

// -- answers -----------------------------------------------------------------------------------

namespace {

/// A `ReadResp` of this service, as views into its bytes.
struct fields {
  enum class content : std::uint8_t { none, event, confirmation };
  content which = content::none;
  recorded_fields event{};
  recorded_fields link{};
  std::uint32_t retries = 0;
  std::string_view id{};

  bool parse(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      if (in.field() > 2)
        continue; // A newer server's.
      if (in.tag() != bytes_tag(in.field()))
        return false;
      const auto next = static_cast<content>(in.field());
      if (which != next)
        *this = {};
      which = next;
      if (!(which == content::event ? parse_event(in.bytes()) : parse_confirmation(in.bytes())))
        return false;
    }
    return !in.broken();
  }

private:
  bool parse_event(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      switch (in.tag()) {
        case bytes_tag(1):
          if (!event.parse(in.bytes()))
            return false;
          break;
        case bytes_tag(2):
          if (!link.parse(in.bytes()))
            return false;
          break;
        case varint_tag(3): break; // The original's position once more.
        case varint_tag(5): retries = static_cast<std::uint32_t>(in.number()); break;
        case bytes_tag(4):
        case bytes_tag(6):
          if (!is_message(in.bytes()))
            return false;
          break;
        default:
          if (in.field() <= 6)
            return false;
      }
    }
    return !in.broken();
  }

  bool parse_confirmation(std::string_view message) {
    field_reader in{message};
    while (in.next()) {
      if (in.tag() == bytes_tag(1)) {
        id = in.bytes();
        if (!is_string(id))
          return false;
      } else if (in.field() == 1) {
        return false;
      }
    }
    return !in.broken();
  }
};

result<read_message> refused(const char* reason) {
  return unexpected(errc::protocol_error, std::string{"the server's message to a consumer can't be understood: "} + reason);
}

result<read_message> add_event(batch_storage& batch, const fields& read) {
  recorded_event event, link;
  if ((read.event.present && !read.event.finish(event)) || (read.link.present && !read.link.finish(link)))
    return refused("an event has no id");
  if (!read.event.present && !read.link.present)
    return refused("it has neither an event nor a link");
  batch.push(resolved_event{read.event.present ? batch.keep(std::move(event)) : nullptr,
                            read.link.present ? batch.keep(std::move(link)) : nullptr});
  return item_added{};
}

} // namespace

consumed_builder::consumed_builder() : storage_{std::make_unique<batch_storage>(batch_storage::expectation{})} {}
consumed_builder::~consumed_builder() = default;
consumed_builder::consumed_builder(consumed_builder&&) noexcept = default;
consumed_builder& consumed_builder::operator=(consumed_builder&&) noexcept = default;

std::span<char> consumed_builder::reserve(std::size_t size) {
  return storage_->reserve(size);
}

result<read_message> consumed_builder::add(std::span<const char> message) {
  fields read;
  result<read_message> added = unknown_message{};
  if (!read.parse({message.data(), message.size()}))
    added = refused("it is not well-formed");
  else if (read.which == fields::content::event)
    added = add_event(*storage_, read);
  else if (read.which == fields::content::confirmation)
    added = subscription_confirmed{std::string{read.id}};
  if (added && std::holds_alternative<item_added>(*added)) {
    retries_.push_back(read.retries);
    bytes_ += message.size();
  }
  // Only events are views into the message; they have claimed its memory.
  storage_->release_reserved();
  return added;
}

consumed_events consumed_builder::take() {
  if (empty())
    return {};
  auto next = std::make_unique<batch_storage>(storage_->used());
  auto done = std::exchange(storage_, std::move(next));
  bytes_ = 0;
  return {event_batch{std::move(done)}, std::exchange(retries_, {})};
}

} // namespace kdb::inline v0::wire
