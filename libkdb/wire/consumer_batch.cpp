// SPDX-License-Identifier: Apache-2.0
#include <kdb/consume.hpp>

#include <array>

namespace kdb::inline v0 {

std::string_view to_string(nack_action action) {
  constexpr std::array<std::string_view, 5> names{"unknown", "park", "retry", "skip", "stop"};
  const auto number = static_cast<std::size_t>(action);
  return number < names.size() ? names[number] : "unknown";
}

consumer_batch::consumer_batch(event_batch events, std::vector<std::uint32_t> retries, std::uint64_t incarnation)
  : events_{std::move(events)}, retries_{std::make_shared<const std::vector<std::uint32_t>>(std::move(retries))},
    incarnation_{incarnation} {}

consumed_event consumer_batch::operator[](std::size_t index) const {
  const auto& event = std::get<resolved_event>(events_.begin()[index]);
  return {event, (*retries_)[index], {event.original().id(), incarnation_}};
}

} // namespace kdb::inline v0
