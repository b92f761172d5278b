#include <last_event.hpp>

#include <utility>

namespace kdb {

namespace {

/// The server takes what is not JSON for no metadata at all.
bool has_json(const resolved_event* last) {
  return last && last->has_event() && last->content_type() == content_type::json;
}

} // namespace

result<log_position> read_position(const resolved_event* last) {
  return last ? last->original().position() : log_position{};
}

result<revision_result> read_revision(const resolved_event* last) {
  return revision_result{last ? std::optional{last->original().revision()} : std::nullopt};
}

result<metadata_result> read_metadata(const resolved_event* last) {
  metadata_result found;
  if (last)
    found.revision = last->original().revision();
  if (!has_json(last))
    return found;
  auto parsed = parse_stream_metadata(last->data());
  if (!parsed)
    return unexpected{std::move(parsed.error())};
  found.metadata = std::move(*parsed);
  return found;
}

result<system_settings_result> read_settings(const resolved_event* last) {
  system_settings_result found;
  if (last)
    found.revision = last->original().revision();
  if (!has_json(last))
    return found;
  auto parsed = parse_system_settings(last->data());
  if (!parsed)
    return unexpected{std::move(parsed.error())};
  found.settings = std::move(*parsed);
  return found;
}

} // namespace kdb
