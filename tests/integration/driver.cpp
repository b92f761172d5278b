// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/driver.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace kdb::integration {

namespace {

std::vector<resolved_event> events_of(const std::vector<event_batch>& batches, std::string_view prefix) {
  std::vector<resolved_event> all;
  for (const auto& batch : batches)
    for (const auto& event : batch.events())
      if (event.original().stream().starts_with(prefix))
        all.emplace_back(event.has_event() ? &event.event() : nullptr, event.link());
  return all;
}

std::vector<std::uint64_t> revisions_of(const std::vector<event_batch>& batches, std::string_view prefix) {
  std::vector<std::uint64_t> all;
  for (const auto& event : events_of(batches, prefix))
    all.push_back(event.original().revision().value);
  return all;
}

/// Takes a batch, which has to come.
event_batch take(running_subscription& subscription, const std::string& awaited) {
  auto batch = subscription.next();
  if (!batch)
    throw std::runtime_error{"the subscription ended before " + awaited + ": " + to_string(batch.error())};
  if (batch->empty())
    throw std::runtime_error{"waited in vain for " + awaited};
  return std::move(*batch);
}

} // namespace

std::vector<resolved_event> whole_read::events(std::string_view prefix) const {
  return events_of(batches, prefix);
}

std::vector<std::uint64_t> whole_read::revisions(std::string_view prefix) const {
  return revisions_of(batches, prefix);
}

whole_read read_to_end(running_read& reading) {
  whole_read all;
  for (;;) {
    auto batch = reading.next();
    if (!batch)
      all.end = unexpected{std::move(batch.error())};
    if (!batch || batch->empty())
      return all;
    all.batches.push_back(std::move(*batch));
  }
}

whole_read read_to_end(std::unique_ptr<running_read> reading) {
  return read_to_end(*reading);
}

whole_read read_back_to(running_read& reading, log_position position) {
  whole_read all;
  for (;;) {
    auto batch = reading.next();
    if (!batch)
      all.end = unexpected{std::move(batch.error())};
    if (!batch || batch->empty())
      return all;
    all.batches.push_back(std::move(*batch));
    for (const auto& event : all.batches.back().events())
      if (event.position() <= position) {
        all.end = reading.finish();
        return all;
      }
  }
}

std::vector<resolved_event> followed::events(std::string_view prefix) const {
  return events_of(batches, prefix);
}

std::vector<std::uint64_t> followed::revisions(std::string_view prefix) const {
  return revisions_of(batches, prefix);
}

std::size_t followed::count(std::string_view prefix) const {
  return events_of(batches, prefix).size();
}

std::size_t followed::caught_up_count() const {
  std::size_t count = 0;
  for (const auto& batch : batches)
    count += static_cast<std::size_t>(
      std::count_if(batch.begin(), batch.end(), [](const auto& item) { return std::holds_alternative<caught_up>(item); }));
  return count;
}

followed follow_events(running_subscription& subscription, std::size_t count, std::string_view prefix) {
  followed all;
  std::size_t seen = 0;
  while (seen < count) {
    all.batches.push_back(take(subscription, "event " + std::to_string(seen) + " of " + std::to_string(count)));
    for (const auto& event : all.batches.back().events())
      seen += event.original().stream().starts_with(prefix) ? 1 : 0;
  }
  return all;
}

followed follow_until_caught_up(running_subscription& subscription) {
  followed all;
  while (all.caught_up_count() == 0)
    all.batches.push_back(take(subscription, "caught up"));
  return all;
}

subscription_ended follow_to_end(running_subscription& subscription) {
  const fixtures::stopwatch since;
  while (subscription.next())
    if (since.elapsed() > fixtures::patience)
      throw std::runtime_error{"waited in vain for the end of a subscription"};
  if (auto end = subscription.ended())
    return *end;
  throw std::runtime_error{"the subscription has ended without an end"};
}

std::vector<new_event> numbered(std::size_t count, std::size_t first) {
  std::vector<new_event> events;
  events.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    events.push_back(new_event::json("happened", "{\"n\":" + std::to_string(first + i) + "}"));
  return events;
}

new_event sized(std::size_t bytes) {
  return new_event::binary("happened", std::string(bytes, 'x'));
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t end) {
  std::vector<std::uint64_t> all(end - first);
  std::iota(all.begin(), all.end(), first);
  return all;
}

std::vector<std::uint64_t> downwards(std::uint64_t first, std::uint64_t last) {
  auto all = numbers(last, first + 1);
  std::reverse(all.begin(), all.end());
  return all;
}

} // namespace kdb::integration
