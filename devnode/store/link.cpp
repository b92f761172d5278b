// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/link.hpp"

#include <charconv>
#include <cstdint>

namespace kdb::inline v0::development {

resolved_event resolve(store& events, const stored_event& original) {
  if (!original.link())
    return {&original, nullptr};
  auto data = original.data();
  auto at = data.find('@');
  auto number = data.substr(0, at);
  std::int64_t revision = 0;
  auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), revision);
  if (failed != std::errc{} || end != number.data() + number.size())
    return {&original, nullptr};
  auto target = at == data.npos ? nullptr : events.find(data.substr(at + 1));
  if (!target || revision < 0 || revision > events.last_readable(*target))
    return {nullptr, &original};
  auto& event = events.events()[target->events[static_cast<std::size_t>(revision)]];
  return {events.visible(event) ? &event : nullptr, &original};
}

} // namespace kdb::inline v0::development
