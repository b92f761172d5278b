#include "store/filter.hpp"

#include "store/stream.hpp"

#include <algorithm>
#include <memory>
#include <regex>
#include <unordered_map>

namespace kdb::development {
namespace {

std::string_view text_of(const stored_event& event, filter_subject subject) {
  return subject == filter_subject::stream_name ? std::string_view{event.owner->name} : event.type();
}

// libstdc++'s usual matcher recurses once a character and may take exponential time: a filter could end or stop the node.
// The other one does neither; it refuses back-references.
#ifdef __GLIBCXX__
constexpr auto syntax = std::regex::ECMAScript | std::regex::nosubs | std::regex_constants::__polynomial;
#else
constexpr auto syntax = std::regex::ECMAScript | std::regex::nosubs;
#endif

} // namespace

event_filter prefix_filter(filter_subject subject, std::vector<std::string> prefixes) {
  return [subject, prefixes = std::move(prefixes)](const stored_event& event) {
    auto text = text_of(event, subject);
    return std::any_of(prefixes.begin(), prefixes.end(), [&](auto& prefix) { return text.starts_with(prefix); });
  };
}

event_filter regex_filter(filter_subject subject, const std::string& expression) {
  auto pattern = std::make_shared<const std::regex>(expression, syntax);
  // std::regex is slow and names and types repeat: what was found out about one is kept, up to a bound.
  auto known = std::make_shared<std::unordered_map<std::string, bool>>();
  return [subject, pattern, known](const stored_event& event) {
    std::string text{text_of(event, subject)};
    auto found = known->find(text);
    if (found != known->end())
      return found->second;
    bool matches = std::regex_search(text, *pattern);
    if (known->size() < 4096)
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

} // namespace kdb::development
