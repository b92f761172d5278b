// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/driver.hpp"

#include <algorithm>
#include <numeric>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "tests/fixtures/node.hpp"

namespace kdb {

std::ostream& operator<<(std::ostream& out, errc code) {
  return out << to_string(code);
}

std::ostream& operator<<(std::ostream& out, end_reason reason) {
  return out << to_string(reason);
}

} // namespace kdb

namespace kdb::integration {

namespace {

std::vector<resolved_event> events_of(const std::vector<event_batch>& batches) {
  std::vector<resolved_event> all;
  for (const auto& batch : batches)
    for (const auto& event : batch.events())
      all.push_back(event);
  return all;
}

std::vector<std::uint64_t> revisions_of(const std::vector<event_batch>& batches) {
  std::vector<std::uint64_t> all;
  for (const auto& batch : batches)
    for (const auto& event : batch.events())
      all.push_back(event.original().revision().value);
  return all;
}

std::size_t events_in(const event_batch& batch) {
  const auto events = batch.events();
  return static_cast<std::size_t>(std::distance(events.begin(), events.end()));
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

result<append_result> driver::append(std::string stream, stream_state expected, std::vector<new_event> events,
                                     append_options options) {
  auto later = start_append(std::move(stream), expected, std::move(events), std::move(options));
  return fixtures::value_of(later, "the answer to an append", 3 * fixtures::patience);
}

append_in_parts_result driver::append_in_parts(std::string stream, stream_state expected, std::vector<new_event> events,
                                               append_in_parts_options options) {
  auto later = start_append_in_parts(std::move(stream), expected, std::move(events), std::move(options));
  return fixtures::value_of(later, "the answer to an append in parts", 3 * fixtures::patience);
}

std::vector<resolved_event> whole_read::events() const {
  return events_of(batches);
}

std::vector<std::uint64_t> whole_read::revisions() const {
  return revisions_of(batches);
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

std::vector<resolved_event> followed::events() const {
  return events_of(batches);
}

std::vector<std::uint64_t> followed::revisions() const {
  return revisions_of(batches);
}

std::size_t followed::count() const {
  return std::accumulate(batches.begin(), batches.end(), std::size_t{0},
                         [](std::size_t sum, const event_batch& batch) { return sum + events_in(batch); });
}

std::size_t followed::caught_up_count() const {
  std::size_t count = 0;
  for (const auto& batch : batches)
    count += static_cast<std::size_t>(
      std::count_if(batch.begin(), batch.end(), [](const auto& item) { return std::holds_alternative<caught_up>(item); }));
  return count;
}

followed follow_events(running_subscription& subscription, std::size_t count) {
  followed all;
  std::size_t seen = 0;
  while (seen < count) {
    all.batches.push_back(take(subscription, "event " + std::to_string(seen) + " of " + std::to_string(count)));
    seen += events_in(all.batches.back());
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

std::ostream& operator<<(std::ostream& out, way which) {
  switch (which) {
    case way::actors: return out << "actors";
    case way::blocking: return out << "blocking";
    case way::asio: return out << "asio";
  }
  return out;
}

std::unique_ptr<driver> connect(way which, const settings& how) {
  switch (which) {
    case way::actors: return connect_by_actors(how);
    case way::blocking: return connect_blocking(how);
    case way::asio: return connect_by_asio(how);
  }
  throw std::logic_error{"no such way in"};
}

std::unique_ptr<driver> connect(way which, const std::string& connection_string) {
  return connect(which, settings_for(connection_string));
}

settings settings_for(const std::string& connection_string) {
  auto how = settings::from_connection_string(fixtures::reachable(connection_string));
  if (!how)
    throw std::runtime_error{to_string(how.error())};
  return std::move(*how);
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
