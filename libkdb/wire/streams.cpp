// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/streams.hpp"

#include <utility>

#include "kdb/event_store/client/streams.pb.h"
#include "libkdb/policy/validate.hpp"
#include "libkdb/wire/field_writer.hpp"

namespace kdb::inline v0::wire {

namespace v1 = event_store::client::streams;

// -- Read ------------------------------------------------------------------------

namespace {

void fill(v1::ReadReq::Options& options, const stream_source& source) {
  auto& stream = *options.mutable_stream();
  stream.mutable_stream_identifier()->set_stream_name(source.stream);
  if (const auto revision = source.from.revision())
    stream.set_revision(revision->value);
  else if (source.from.is_end())
    stream.mutable_end();
  else
    stream.mutable_start();
}

void fill(v1::ReadReq::Options& options, const all_source& source) {
  auto& all = *options.mutable_all();
  if (const auto position = source.from.position()) {
    all.mutable_position()->set_commit_position(position->commit);
    all.mutable_position()->set_prepare_position(position->prepare);
  } else if (source.from.is_end()) {
    all.mutable_end();
  } else {
    all.mutable_start();
  }
}

void fill(v1::ReadReq::Options::FilterOptions& options, const event_filter& filter) {
  auto& expression =
    filter.what() == event_filter::subject::event_type ? *options.mutable_event_type() : *options.mutable_stream_identifier();
  if (!filter.regex().empty())
    expression.set_regex(filter.regex());
  for (const auto& prefix : filter.prefixes())
    expression.add_prefix(prefix);
  if (filter.window())
    options.set_max(*filter.window());
  else
    options.mutable_count();
  options.set_checkpointintervalmultiplier(filter.checkpoint_interval());
}

} // namespace

std::string encode(const read_request& request) {
  v1::ReadReq message;
  auto& options = *message.mutable_options();
  std::visit([&](const auto& source) { fill(options, source); }, request.source);
  options.set_read_direction(request.direction == forwards ? v1::ReadReq::Options::Forwards : v1::ReadReq::Options::Backwards);
  options.set_resolve_links(request.resolve_links);
  if (request.filter)
    fill(*options.mutable_filter(), *request.filter);
  else
    options.mutable_no_filter();
  options.mutable_uuid_option()->mutable_structured();
  if (request.limit)
    options.set_count(*request.limit);
  else
    options.mutable_subscription();
  // From this version on the server tells where what is read begins and ends, in finite reads only.
  if (request.limit)
    options.mutable_control_option()->set_compatibility(1);
  return message.SerializeAsString();
}

// -- requests of Append and BatchAppend ---------------------------------------------

namespace {

constexpr std::string_view type_key = "type", content_type_key = "content-type";

constexpr std::size_t property_size(std::string_view key, std::string_view value) {
  return bytes_field_size(key.size()) + bytes_field_size(value.size());
}

void write_property(field_writer& out, std::string_view key, std::string_view value) {
  out.message(2, property_size(key, value));
  out.bytes(1, key);
  out.bytes(2, value);
}

/// A `ProposedMessage`; the numbers are the same in both requests.
void write(field_writer& out, std::uint32_t field, const new_event& event, std::size_t size) {
  out.message(field, size);
  out.id(1, event.id);
  write_property(out, type_key, event.type);
  write_property(out, content_type_key, to_string(event.content_type));
  if (!event.metadata.empty())
    out.bytes(3, event.metadata);
  if (!event.data.empty())
    out.bytes(4, event.data);
}

/// Stream and expected state, with the same numbers in the options of both requests.
std::size_t target_size(std::string_view stream, stream_state expected) {
  const auto state = expected.is_any() || expected.is_no_stream() || expected.is_exists()
                       ? bytes_field_size(0)
                       : 1 + varint_size(expected.revision().value);
  return bytes_field_size(bytes_field_size(stream.size())) + state;
}

void write_target(field_writer& out, std::string_view stream, stream_state expected) {
  out.message(1, bytes_field_size(stream.size()));
  out.bytes(3, stream);
  if (expected.is_no_stream())
    out.message(3, 0);
  else if (expected.is_any())
    out.message(4, 0);
  else if (expected.is_exists())
    out.message(5, 0);
  else
    out.number(2, expected.revision().value);
}

/// A deadline as the fields of `Duration`, which are of the same sign.
struct duration_fields {
  explicit duration_fields(std::chrono::milliseconds time)
    : seconds{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count())},
      nanos{static_cast<std::uint64_t>(std::chrono::nanoseconds{time % std::chrono::seconds{1}}.count())} {}

  std::size_t size() const { return field_size(seconds) + field_size(nanos); }

  void write_to(field_writer& out) const {
    out.message(7, size());
    if (seconds != 0)
      out.number(1, seconds);
    if (nanos != 0)
      out.number(2, nanos);
  }

  static std::size_t field_size(std::uint64_t value) { return value == 0 ? 0 : 1 + varint_size(value); }

  std::uint64_t seconds;
  std::uint64_t nanos;
};

/// The options of one batch append.
class batch_options {
public:
  batch_options(std::string_view stream, stream_state expected, std::optional<std::chrono::milliseconds> deadline)
    : stream_{stream}, expected_{expected} {
    inside_ = target_size(stream, expected);
    if (deadline) {
      deadline_.emplace(*deadline);
      inside_ += bytes_field_size(deadline_->size());
    }
  }

  std::size_t size() const { return bytes_field_size(inside_); }

  void write_to(field_writer& out) const {
    out.message(2, inside_);
    write_target(out, stream_, expected_);
    if (deadline_)
      deadline_->write_to(out);
  }

private:
  std::string_view stream_;
  stream_state expected_;
  std::optional<duration_fields> deadline_{};
  std::size_t inside_ = 0;
};

constexpr std::size_t is_final_size = 2;

} // namespace

std::vector<std::string> encode_batch_append(const uuid& correlation, std::string_view stream, stream_state expected,
                                             std::span<const new_event> events,
                                             std::optional<std::chrono::milliseconds> deadline) {
  const batch_options options{stream, expected, deadline};
  std::vector<std::string> chunks;
  do {
    auto size = bytes_field_size(uuid_size(correlation)) + (chunks.empty() ? options.size() : 0);
    std::size_t count = 0;
    for (; count < events.size(); ++count) {
      const auto next = bytes_field_size(policy::proposed_message_bytes(events[count]));
      if (count > 0 && size + next + is_final_size > batch_append_chunk_bytes)
        break;
      size += next;
    }
    const auto is_final = count == events.size();
    field_writer out{size + (is_final ? is_final_size : 0)};
    out.id(1, correlation);
    if (chunks.empty())
      options.write_to(out);
    for (const auto& event : events.first(count))
      write(out, 3, event, policy::proposed_message_bytes(event));
    if (is_final)
      out.number(4, 1);
    chunks.push_back(out.take());
    events = events.subspan(count);
  } while (!events.empty());
  return chunks;
}

std::vector<std::string> encode_append(std::string_view stream, stream_state expected, std::span<const new_event> events) {
  std::vector<std::string> messages;
  messages.reserve(1 + events.size());
  const auto options_size = target_size(stream, expected);
  field_writer options{bytes_field_size(options_size)};
  options.message(1, options_size);
  write_target(options, stream, expected);
  messages.push_back(options.take());
  for (const auto& event : events) {
    const auto size = policy::proposed_message_bytes(event);
    field_writer out{bytes_field_size(size)};
    write(out, 2, event, size);
    messages.push_back(out.take());
  }
  return messages;
}

} // namespace kdb::inline v0::wire
