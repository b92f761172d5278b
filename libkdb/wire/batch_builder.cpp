// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/batch_builder.hpp"

#include <utility>

#include "libkdb/wire/batch_storage.hpp"
#include "libkdb/wire/read_resp_parser.hpp"

namespace kdb::inline v0::wire {

namespace {

result<read_message> refused(std::string_view reason) {
  return unexpected(errc::protocol_error, "the server's answer to a read can't be understood: " + std::string{reason});
}

std::optional<log_position> place(const position_fields& position) {
  if (!position.present)
    return std::nullopt;
  return log_position{position.commit, position.prepare};
}

/// Caught up, or fell behind. A revision below zero is that of a stream without events: none.
template <class Item>
Item progress(const read_resp_fields& read) {
  Item item{.time = read.time.finish(), .position = place(read.position)};
  if (read.revision && *read.revision >= 0)
    item.revision = stream_revision{static_cast<std::uint64_t>(*read.revision)};
  return item;
}

result<read_message> add_event(batch_storage& batch, const read_resp_fields& read) {
  recorded_event event, link;
  if ((read.event.present && !read.event.finish(event)) || (read.link.present && !read.link.finish(link)))
    return refused("an event has no id");
  if (!read.event.present && !read.link.present)
    return refused("it has neither an event nor a link");
  batch.push(resolved_event{read.event.present ? batch.keep(std::move(event)) : nullptr,
                            read.link.present ? batch.keep(std::move(link)) : nullptr});
  return item_added{};
}

result<read_message> add_item(batch_storage& batch, batch_item item, std::optional<bool> live = std::nullopt) {
  batch.push(std::move(item));
  return item_added{live};
}

result<read_message> add_content(batch_storage& batch, const read_resp_fields& read) {
  using content = read_resp_fields::content;
  switch (read.which) {
    case content::event: return add_event(batch, read);
    case content::confirmation: return subscription_confirmed{std::string{read.text}};
    case content::checkpoint:
      return add_item(batch, checkpoint{.position = {read.position.commit, read.position.prepare}, .time = read.time.finish()});
    case content::stream_not_found: return stream_missing{std::string{read.text}};
    case content::first_stream_position: return add_item(batch, stream_bounds{.first = stream_revision{read.number}});
    case content::last_stream_position: return add_item(batch, stream_bounds{.last = stream_revision{read.number}});
    case content::caught_up: return add_item(batch, progress<caught_up>(read), true);
    case content::fell_behind: return add_item(batch, progress<fell_behind>(read), false);
    case content::last_all_stream_position:
      return add_item(batch, stream_bounds{.last_in_all = log_position{read.position.commit, read.position.prepare}});
    case content::none: return unknown_message{};
  }
  return unknown_message{};
}

} // namespace

batch_builder::batch_builder() : storage_{std::make_unique<batch_storage>(batch_storage::expectation{})} {}
batch_builder::~batch_builder() = default;
batch_builder::batch_builder(batch_builder&&) noexcept = default;
batch_builder& batch_builder::operator=(batch_builder&&) noexcept = default;

std::span<char> batch_builder::reserve(std::size_t size) {
  return storage_->reserve(size);
}

result<read_message> batch_builder::add(std::span<const char> message) {
  read_resp_fields read;
  auto added = read.parse({message.data(), message.size()}) ? add_content(*storage_, read) : refused("it is not well-formed");
  if (added && std::holds_alternative<item_added>(*added))
    bytes_ += message.size();
  // Only events are views into the message; they have claimed its memory.
  storage_->release_reserved();
  return added;
}

std::size_t batch_builder::size() const {
  return storage_->items().size();
}

std::size_t batch_builder::bytes() const {
  return bytes_;
}

event_batch batch_builder::take() {
  if (empty())
    return {};
  auto next = std::make_unique<batch_storage>(storage_->used());
  auto done = std::exchange(storage_, std::move(next));
  bytes_ = 0;
  return event_batch{std::move(done)};
}

} // namespace kdb::inline v0::wire
