// SPDX-License-Identifier: Apache-2.0
#include <kdb/event_list.hpp>

#include <utility>
#include <vector>

namespace kdb::inline v0 {

struct event_list::builder::content {
  std::vector<event_batch> batches;
  std::vector<resolved_event> events;
};

event_list::builder::builder(std::uint64_t max_bytes) : content_{std::make_shared<content>()}, max_bytes_{max_bytes} {}
event_list::builder::~builder() = default;
event_list::builder::builder(builder&&) noexcept = default;
event_list::builder& event_list::builder::operator=(builder&&) noexcept = default;

result<void> event_list::builder::add(event_batch batch) {
  bytes_ += batch.byte_size();
  if (bytes_ > max_bytes_)
    return unexpected({.code = errc::read_too_large,
                       .message = "there is more to read than the " + std::to_string(max_bytes_) +
                                  " bytes that may be kept at once; read it in batches, give it a limit, or allow more",
                       .detail = size_limit{.limit = max_bytes_, .actual = bytes_, .event_id = {}}});
  bounds_.merge(batch.bounds());
  for (const auto& event : batch.events())
    content_->events.emplace_back(event.has_event() ? &event.event() : nullptr, event.link());
  content_->batches.push_back(std::move(batch));
  return {};
}

event_list event_list::builder::finish() {
  event_list all;
  all.first_ = content_->events.data();
  all.last_ = all.first_ + content_->events.size();
  all.bounds_ = bounds_;
  all.byte_size_ = bytes_ + content_->events.capacity() * sizeof(resolved_event);
  all.storage_ = std::move(content_);
  return all;
}

std::string to_string(const event_list& events) {
  return std::to_string(events.size()) + " events, " + std::to_string(events.byte_size()) + " bytes";
}

} // namespace kdb::inline v0
