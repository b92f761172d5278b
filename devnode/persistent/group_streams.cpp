// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/group_streams.hpp"

#include "devnode/store/cursor.hpp"
#include "devnode/store/json.hpp"
#include "devnode/store/link.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <limits>

namespace kdb::inline v0::development {
namespace {

constexpr std::string_view checkpoint_type = "$SubscriptionCheckpoint";
constexpr std::string_view parked_acl =
  R"("$acl":{"$r":"$admins","$w":"$admins","$d":"$admins","$mr":"$admins","$mw":"$admins"})";

void write(store& to, std::string_view stream, const proposed_event& event) {
  to.append(stream, expected_state::any(), {&event, 1});
}

// What the link to a parked event says: its target where it is a link itself and could be followed.
std::string target_of(const resolved_event& event) {
  if (!event.event)
    return std::string{event.link->data()};
  return std::to_string(event.event->revision) + "@" + event.event->owner->name;
}

} // namespace

std::string timestamp_text(std::int64_t ticks) {
  constexpr std::int64_t ticks_per_second = 10'000'000;
  auto seconds = static_cast<std::time_t>(ticks / ticks_per_second);
  std::tm at{};
  gmtime_r(&seconds, &at);
  char text[64];
  auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &at);
  std::snprintf(text + length, sizeof text - length, ".%07d+00:00", static_cast<int>(ticks % ticks_per_second));
  return text;
}

std::optional<group_place> group_streams::checkpoint() {
  stream_backwards last{store_, group_.checkpoint_stream(), std::numeric_limits<std::int64_t>::max()};
  int budget = 1;
  auto found = last.next(budget);
  auto text = found ? parse_string(found->data()) : std::nullopt;
  return text ? parse_place(group_, *text) : std::nullopt;
}

void group_streams::save(const group_place& place) {
  auto data = quoted(place_text(group_, place));
  write(store_, group_.checkpoint_stream(),
        {.id = random_uuid(), .type = checkpoint_type, .json = true, .data = data, .custom_metadata = {}});
}

void group_streams::park(std::size_t index, std::string_view reason) {
  auto& original = store_.events()[index];
  auto resolved = group_.settings.resolve_links || original.owner->name == group_.parked_stream()
                    ? resolve(store_, original)
                    : resolved_event{&original, nullptr};
  auto data = target_of(resolved);
  auto metadata = "{\n  \"added\": \"" + timestamp_text(store_.now()) + "\",\n  \"reason\": " + quoted(reason);
  if (original.revision != 0)
    metadata += ",\n  \"subscriptionEventNumber\": " + std::to_string(original.revision);
  metadata += "\n}";
  write(store_, group_.parked_stream(),
        {.id = random_uuid(), .type = link_type, .json = false, .data = data, .custom_metadata = metadata});
}

group_streams::range group_streams::parked() {
  auto of = store_.find(group_.parked_stream());
  if (!of)
    return {};
  auto end = store_.last_readable(*of) + 1;
  return {std::min(store_.first_visible(*of), end), end};
}

std::vector<std::size_t> group_streams::parked_before(std::int64_t end) {
  std::vector<std::size_t> found;
  auto there = parked();
  auto of = store_.find(group_.parked_stream());
  for (auto number = there.first; number < std::min(end, there.end); ++number) {
    auto index = of->events[static_cast<std::size_t>(number)];
    if (resolve(store_, store_.events()[index]).event)
      found.push_back(index);
  }
  return found;
}

void group_streams::truncate_parked(std::int64_t end) {
  auto there = parked();
  auto first = std::min(end, there.end);
  if (first <= there.first)
    return;
  auto document = "{\"$tb\":" + std::to_string(first) + "," + std::string{parked_acl} + "}";
  write(store_, "$$" + group_.parked_stream(),
        {.id = random_uuid(), .type = "$metadata", .json = true, .data = document, .custom_metadata = {}});
}

void group_streams::remove() {
  store_.soft_delete(group_.checkpoint_stream(), expected_state::any());
  store_.soft_delete(group_.parked_stream(), expected_state::any());
}

} // namespace kdb::inline v0::development
