// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "libkdb/policy/validate.hpp"
#include "libkdb/wire/batch_builder.hpp"
#include "libkdb/wire/operation.hpp"
#include "libkdb/wire/streams.hpp"

// The operations that read one event, the last one, and answer with what it says.
namespace kdb::inline v0::wire {

namespace {

constexpr std::string_view read_method = "/event_store.client.streams.Streams/Read";
constexpr std::string_view settings_stream = "$settings";

std::string metadata_stream(std::string_view stream) {
  return "$$" + std::string{stream};
}

message_list last_of_stream(std::string stream) {
  return {encode({.source = stream_source{std::move(stream), stream_end}, .direction = backwards, .limit = 1})};
}

/// The batch with the event, if there is one: events are views into it. A stream that is not there is told in a message, and has none.
result<event_batch> decode_last(const message_list& all) {
  batch_builder builder;
  for (const auto& each : all) {
    const auto bytes = builder.reserve(each.size());
    std::copy(each.begin(), each.end(), bytes.begin());
    if (auto understood = builder.add(bytes); !understood)
      return unexpected{std::move(understood.error())};
  }
  return builder.take();
}

/// What `read` makes of the last event, or of null.
template <class Answer, result<Answer> (*Read)(const resolved_event*)>
result<Answer> from_last(const message_list& all) {
  return decode_last(all).and_then([](const event_batch& batch) {
    const auto events = batch.events();
    return Read(events.begin() == events.end() ? nullptr : &*events.begin());
  });
}

/// A stream that is not there has no last event.
template <class Answer, result<Answer> (*Read)(const resolved_event*)>
std::optional<result<Answer>> without_stream(const error& error) {
  if (error.code != errc::stream_not_found)
    return std::nullopt;
  return Read(nullptr);
}

/// The server takes what is not JSON for no metadata at all.
bool has_json(const resolved_event* last) {
  return last && last->has_event() && last->content_type() == content_type::json;
}

std::optional<stream_revision> revision_of(const resolved_event* last) {
  return last ? std::optional{last->original().revision()} : std::nullopt;
}

result<log_position> read_position(const resolved_event* last) {
  return last ? last->original().position() : log_position{};
}

result<std::optional<stream_revision>> read_revision(const resolved_event* last) {
  return revision_of(last);
}

result<metadata_result> read_metadata(const resolved_event* last) {
  if (!has_json(last))
    return metadata_result{.metadata = {}, .revision = revision_of(last)};
  return parse_stream_metadata(last->data()).transform([&](stream_metadata found) {
    return metadata_result{std::move(found), revision_of(last)};
  });
}

result<system_settings_result> read_settings(const resolved_event* last) {
  if (!has_json(last))
    return system_settings_result{.settings = {}, .revision = revision_of(last)};
  return parse_system_settings(last->data()).transform([&](system_settings found) {
    return system_settings_result{std::move(found), revision_of(last)};
  });
}

} // namespace

template <>
operation<get_commit_position> describe() {
  return {.method = read_method,
          .effect = effect::read,
          .many_answers = true,
          .starts_in_time = true,
          .check =
            [](const get_commit_position& r) {
              return policy::check_read(read_all_options{.filter = r.options.filter, .limit = 1, .call = r.options.call});
            },
          .encode =
            [](const get_commit_position& r) {
              return message_list{
                encode({.source = all_source{all_end}, .direction = backwards, .limit = 1, .filter = r.options.filter})};
            },
          .decode = from_last<log_position, read_position>};
}

template <>
operation<get_current_version> describe() {
  return {.method = read_method,
          .effect = effect::read,
          .many_answers = true,
          .starts_in_time = true,
          .check = [](const get_current_version& r) { return policy::check_stream_name(r.stream); },
          .encode = [](const get_current_version& r) { return last_of_stream(r.stream); },
          .decode = from_last<std::optional<stream_revision>, read_revision>,
          .recover = without_stream<std::optional<stream_revision>, read_revision>};
}

template <>
operation<get_stream_metadata> describe() {
  return {.method = read_method,
          .effect = effect::read,
          .many_answers = true,
          .starts_in_time = true,
          .check = [](const get_stream_metadata& r) { return policy::check_stream_name(metadata_stream(r.stream)); },
          .encode = [](const get_stream_metadata& r) { return last_of_stream(metadata_stream(r.stream)); },
          .decode = from_last<metadata_result, read_metadata>,
          .recover = without_stream<metadata_result, read_metadata>};
}

template <>
operation<get_system_settings> describe() {
  return {.method = read_method,
          .effect = effect::read,
          .many_answers = true,
          .starts_in_time = true,
          .encode = [](const get_system_settings&) { return last_of_stream(std::string{settings_stream}); },
          .decode = from_last<system_settings_result, read_settings>,
          .recover = without_stream<system_settings_result, read_settings>};
}

} // namespace kdb::inline v0::wire
