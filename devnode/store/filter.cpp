// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/filter.hpp"

#include "devnode/store/stream.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <unordered_map>

namespace kdb::inline v0::development {
namespace {

std::string_view text_of(const stored_event& event, filter_subject subject) {
  return subject == filter_subject::stream_name ? std::string_view{event.owner->name} : event.type();
}

} // namespace

event_filter prefix_filter(filter_subject subject, std::vector<std::string> prefixes) {
  // Of sorted prefixes none of which begins with another one, only the last one that is not behind a text can be its beginning.
  std::ranges::sort(prefixes);
  auto covered = [](const std::string& shorter, const std::string& longer) { return longer.starts_with(shorter); };
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end(), covered), prefixes.end());
  return [subject, prefixes = std::move(prefixes)](const stored_event& event) {
    auto text = text_of(event, subject);
    auto behind = std::ranges::upper_bound(prefixes, text, {}, [](auto& prefix) { return std::string_view{prefix}; });
    return behind != prefixes.begin() && text.starts_with(*std::prev(behind));
  };
}

event_filter regex_filter(filter_subject subject, const std::string& expression) {
  auto pattern = std::make_shared<const text_pattern>(expression);
  // Names and types repeat: what was found out about one is kept, up to a bound.
  auto known = std::make_shared<std::unordered_map<std::string, bool>>();
  return [subject, pattern, known](const stored_event& event) {
    std::string text{text_of(event, subject)};
    auto found = known->find(text);
    if (found != known->end())
      return found->second;
    bool matches = pattern->matches(text);
    if (known->size() < 4096 && text.size() < 1024)
      known->emplace(std::move(text), matches);
    return matches;
  };
}

event_filter index_filter(std::string_view name) {
  auto for_users = [](const stored_event& event) { return !event.owner->name.starts_with('$'); };
  constexpr std::string_view all = "$idx-all", category = "$idx-ce-", type = "$idx-et-";
  if (name == all)
    return for_users;
  if (name.starts_with(category))
    return [=, wanted = std::string{name.substr(category.size())}](const stored_event& event) {
      return for_users(event) && category_of(event.owner->name) == wanted;
    };
  if (name.starts_with(type))
    return [=, wanted = std::string{name.substr(type.size())}](const stored_event& event) {
      return for_users(event) && event.type() == wanted;
    };
  return {};
}

} // namespace kdb::inline v0::development
