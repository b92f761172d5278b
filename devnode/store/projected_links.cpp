// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/projected_links.hpp"

#include "devnode/store/filter.hpp"
#include "devnode/store/json.hpp"
#include "devnode/store/stream.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace kdb::inline v0::development {
namespace {

using enum system_projection;

constexpr std::string_view stream_reference = "$@";

// Whether a stream is one into which projections write. They don't look at what they have written themselves.
bool projected_stream(std::string_view name) {
  constexpr std::array<std::string_view, 4> prefixes{"$et-", "$ce-", "$bc-", "$category-"};
  return name == "$streams" || std::ranges::any_of(prefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

// "2026-11-24T16:56:54.378332Z"
std::string timestamp(std::int64_t ticks) {
  constexpr std::int64_t ticks_per_second = 10'000'000;
  auto seconds = static_cast<std::time_t>(ticks / ticks_per_second);
  std::tm at{};
  gmtime_r(&seconds, &at);
  char text[64];
  auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &at);
  std::snprintf(text + length, sizeof text - length, ".%06dZ", static_cast<int>(ticks % ticks_per_second / 10));
  return text;
}

bool deletion(const stored_event& event) {
  return event.revision == tombstone_revision ||
         (is_metastream(event.owner->name) && parse_metadata(event.data(), event.json).soft_deleted());
}

// Builds the links of one event.
class projector {
public:
  projector(const stored_event& event, const projection_editions& by)
    : event_{event}, by_{by}, stream_{event.owner->name}, target_{std::to_string(event.revision) + "@" + stream_},
      correlation_{string_member(event.custom_metadata(), "$correlationId")} {}

  std::vector<projected_link> links() {
    auto type = event_.type();
    bool link = event_.link(), deleted = deletion(event_);
    auto dash = stream_.find('-');
    bool has_category = !stream_.starts_with('$') && dash != stream_.npos && dash > 0;
    std::string deleted_extra = deleted ? R"("$deleted":-1,)" : "";
    if (event_.revision == 0)
      add(streams, "$streams", link_type, target_);
    if (!link)
      add(by_event_type, "$et-" + std::string{deleted ? "$deleted" : type}, link_type, target_, deleted_extra);
    if (has_category)
      add(by_category, "$ce-" + category(), link_type, link ? std::string{event_.data()} : target_,
          R"("$o":)" + quoted(stream_) + "," + deleted_extra);
    if (!link && correlation_)
      add(by_correlation_id, "$bc-" + *correlation_, link_type, target_,
          R"("$eventTimestamp":")" + timestamp(event_.created) + "\",");
    if (has_category && event_.revision == 0)
      add(stream_by_category, "$category-" + category(), stream_reference, stream_);
    return std::move(links_);
  }

private:
  std::string category() const { return std::string{category_of(stream_)}; }

  void add(system_projection from, std::string stream, std::string_view type, std::string data, const std::string& extra = {}) {
    auto& edition = by_[from];
    if (!edition)
      return;
    auto position = std::to_string(event_.position);
    std::string metadata = R"({"$v":")" + std::to_string(static_cast<int>(from)) + ":" + std::to_string(edition->epoch) + ":" +
                           std::to_string(edition->version) + R"(:4","$c":)" + position + R"(,"$p":)" + position + "," + extra +
                           R"("$causedBy":")" + to_string(event_.id) + "\"";
    if (correlation_)
      metadata += R"(,"$correlationId":)" + quoted(*correlation_);
    links_.push_back({from, std::move(stream), type, std::move(data), metadata + "}"});
  }

  const stored_event& event_;
  const projection_editions& by_;
  const std::string& stream_;
  std::string target_;
  std::optional<std::string> correlation_;
  std::vector<projected_link> links_;
};

} // namespace

std::string_view name_of(system_projection of) {
  switch (of) {
    case streams: return "$streams";
    case stream_by_category: return "$stream_by_category";
    case by_category: return "$by_category";
    case by_event_type: return "$by_event_type";
    case by_correlation_id: break;
  }
  return "$by_correlation_id";
}

projection_editions first_editions() {
  projection_editions all;
  for (auto each : all_system_projections)
    all[each].emplace();
  return all;
}

std::vector<projected_link> projected_links(const stored_event& event, const projection_editions& by) {
  std::string_view stream = event.owner->name;
  if (event.owner->hidden || event.dropped() || projected_stream(is_metastream(stream) ? stream.substr(2) : stream))
    return {};
  return projector{event, by}.links();
}

std::optional<projected_origin> projected_origin_of(const stored_event& written) {
  bool type = written.link() || written.type() == stream_reference;
  auto members = type && projected_stream(written.owner->name) ? parse_object(written.custom_metadata()) : std::nullopt;
  if (!members)
    return std::nullopt;
  auto position = parse_integer(value_of(*members, "$c"));
  auto edition = parse_string(value_of(*members, "$v"));
  long long by = 0, epoch = 0;
  if (!position || !edition || std::sscanf(edition->c_str(), "%lld:%lld:", &by, &epoch) != 2 || by < 1 ||
      by > static_cast<long long>(all_system_projections.size()))
    return std::nullopt;
  return projected_origin{static_cast<system_projection>(by), epoch, static_cast<std::uint64_t>(*position)};
}

std::string projected_stream_metadata(std::int64_t truncate_before) {
  std::string truncation = truncate_before > 0 ? R"("$tb":)" + std::to_string(truncate_before) + "," : "";
  return "{" + truncation + R"("$acl":{"$r":"$all","$mr":"$all"}})";
}

} // namespace kdb::inline v0::development
