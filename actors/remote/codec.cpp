// SPDX-License-Identifier: Apache-2.0
#include "actors/remote/codec.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "libkdb/values/recorded_event_builder.hpp"
#include "libkdb/wire/batch_storage.hpp"

namespace kdb::inline v0::remote {

// -- values -----------------------------------------------------------------------------------------

void codec<uuid>::encode(encoder& out, const uuid& value) {
  out.bytes.append(reinterpret_cast<const char*>(value.begin()), value.size());
}

bool codec<uuid>::decode(decoder& in, uuid& value) {
  std::string_view bytes;
  if (!in.raw(value.size(), bytes))
    return false;
  std::copy(bytes.begin(), bytes.end(), value.begin());
  return true;
}

void codec<stream_state>::encode(encoder& out, const stream_state& value) {
  out.number(value.number());
}

bool codec<stream_state>::decode(decoder& in, stream_state& value) {
  std::int64_t number = 0;
  if (!in.number(number))
    return false;
  value = stream_state::from_number(number);
  return true;
}

namespace {

enum class place : std::uint8_t { start, end, at };

template <class Position, class At>
void encode_place(encoder& out, const Position& value, const std::optional<At>& at) {
  encode(out, value.is_start() ? place::start : value.is_end() ? place::end : place::at);
  if (at)
    encode(out, *at);
}

template <class At, class Position>
bool decode_place(decoder& in, Position& value) {
  place where{};
  At at{};
  if (!decode(in, where) || where > place::at || (where == place::at && !decode(in, at)))
    return false;
  value = where == place::start ? Position::start() : where == place::end ? Position::end() : Position{at};
  return true;
}

} // namespace

void codec<stream_position>::encode(encoder& out, const stream_position& value) {
  encode_place(out, value, value.revision());
}

bool codec<stream_position>::decode(decoder& in, stream_position& value) {
  return decode_place<stream_revision>(in, value);
}

void codec<all_position>::encode(encoder& out, const all_position& value) {
  encode_place(out, value, value.position());
}

bool codec<all_position>::decode(decoder& in, all_position& value) {
  return decode_place<log_position>(in, value);
}

void codec<event_filter>::encode(encoder& out, const event_filter& value) {
  // Only a filter that is valid can be made again from what it shows.
  if (auto fine = value.validate(); !fine && !out.refusal)
    out.refusal = std::move(fine.error());
  remote::encode(out, value.what());
  remote::encode(out, value.regex());
  remote::encode(out, value.prefixes());
  remote::encode(out, value.window());
  remote::encode(out, value.checkpoint_interval());
}

bool codec<event_filter>::decode(decoder& in, event_filter& value) {
  event_filter::subject subject{};
  std::string regex;
  std::vector<std::string> prefixes;
  std::optional<std::uint32_t> window;
  std::uint32_t interval = 0;
  if (!remote::decode(in, subject) || subject > event_filter::subject::stream_name || !remote::decode(in, regex) ||
      !remote::decode(in, prefixes) || !remote::decode(in, window) || !remote::decode(in, interval))
    return false;
  const auto by_type = subject == event_filter::subject::event_type;
  if (!regex.empty() && !prefixes.empty())
    return false;
  if (prefixes.empty())
    value = by_type ? event_filter::type_regex(std::move(regex)) : event_filter::stream_regex(std::move(regex));
  else
    value = by_type ? event_filter::type_prefixes(std::move(prefixes)) : event_filter::stream_prefixes(std::move(prefixes));
  if (window)
    value.window(*window);
  value.checkpoint_interval(interval);
  return true;
}

void codec<property_value>::encode(encoder& out, const property_value& value) {
  remote::encode(out, value.value());
}

bool codec<property_value>::decode(decoder& in, property_value& value) {
  if (in.depth > deepest_property)
    return false;
  property_value::any any;
  ++in.depth;
  if (!remote::decode(in, any))
    return false;
  --in.depth;
  value = std::visit([](auto& each) { return property_value{std::move(each)}; }, any);
  return true;
}

void codec<credentials>::encode(encoder& out, const credentials& value) {
  out.has_credentials = true;
  remote::encode(out, value.is_bearer());
  remote::encode(out, value.user());
  remote::encode(out, value.secret());
}

std::optional<credentials> codec<credentials>::make(decoder& in) {
  bool is_bearer = false;
  std::string user, secret;
  if (!remote::decode(in, is_bearer) || !remote::decode(in, user) || !remote::decode(in, secret))
    return std::nullopt;
  return is_bearer ? credentials::bearer(std::move(secret)) : credentials::basic(std::move(user), std::move(secret));
}

void codec<outcome>::encode(encoder& out, const outcome& value) {
  remote::encode(out, value.is_ack());
  remote::encode(out, value.action());
  remote::encode(out, value.reason());
}

std::optional<outcome> codec<outcome>::make(decoder& in) {
  bool is_ack = false;
  nack_action action{};
  std::string reason;
  if (!remote::decode(in, is_ack) || !remote::decode(in, action) || !remote::decode(in, reason))
    return std::nullopt;
  return is_ack ? outcome::ack() : outcome::nack(action, reason);
}

bool codec<outcome>::decode(decoder& in, outcome& value) {
  auto made = make(in);
  if (made)
    value = std::move(*made);
  return made.has_value();
}

void codec<std::stop_token>::encode(encoder& out, const std::stop_token& value) {
  remote::encode(out, value.stop_possible());
}

bool codec<std::stop_token>::decode(decoder& in, std::stop_token& value) {
  bool is_possible = false;
  if (!remote::decode(in, is_possible))
    return false;
  if (is_possible)
    value = in.stop.emplace().get_token();
  return true;
}

void codec<subscriber>::encode(encoder&, const subscriber&) {}

bool codec<subscriber>::decode(decoder&, subscriber&) {
  return true;
}

// -- events -----------------------------------------------------------------------------------------

namespace {

enum class item_kind : std::uint8_t { event, link, resolved, checkpoint, caught_up, fell_behind, bounds };

void encode_event(encoder& out, const recorded_event& event) {
  out.text(event.stream());
  out.text(event.type());
  out.text(event.data());
  out.text(event.metadata());
  encode(out, event.id());
  encode(out, event.revision());
  encode(out, event.position());
  encode(out, event.created());
  encode(out, event.content_type());
}

void encode_item(encoder& out, const resolved_event& item) {
  encode(out, item.is_resolved() ? item_kind::resolved : item.has_event() ? item_kind::event : item_kind::link);
  if (item.has_event())
    encode_event(out, item.event());
  if (item.link())
    encode_event(out, *item.link());
}

template <class T>
void encode_item(encoder& out, const T& item) {
  encode(out, std::is_same_v<T, checkpoint>    ? item_kind::checkpoint
              : std::is_same_v<T, caught_up>   ? item_kind::caught_up
              : std::is_same_v<T, fell_behind> ? item_kind::fell_behind
                                               : item_kind::bounds);
  encode(out, item);
}

const recorded_event* decode_event(decoder& in, batch_storage& into) {
  std::string_view stream, type, data, metadata;
  uuid id{};
  stream_revision revision{};
  log_position position{};
  std::int64_t created = 0;
  content_type content{};
  if (!in.view(stream) || !in.view(type) || !in.view(data) || !in.view(metadata) || !decode(in, id) || !decode(in, revision) ||
      !decode(in, position) || !in.number(created) || !decode(in, content) || !in.charge(sizeof(recorded_event)))
    return nullptr;
  recorded_event_builder built;
  built.stream(stream)
    .type(type)
    .data(data)
    .metadata(metadata)
    .id(id)
    .revision(revision)
    .position(position)
    .created(created)
    .content_type(content);
  return into.keep(built.build());
}

template <class T>
bool decode_item(decoder& in, batch_storage& into) {
  auto item = decoded<T>(in);
  if (item)
    into.push(std::move(*item));
  return item.has_value();
}

bool decode_item(decoder& in, batch_storage& into) {
  item_kind kind{};
  if (!decode(in, kind) || !in.charge(2 * sizeof(batch_item)))
    return false;
  switch (kind) {
    case item_kind::event:
    case item_kind::link:
    case item_kind::resolved: {
      const auto* event = kind == item_kind::link ? nullptr : decode_event(in, into);
      if (kind != item_kind::link && event == nullptr)
        return false;
      const auto* link = kind == item_kind::event ? nullptr : decode_event(in, into);
      if (kind != item_kind::event && link == nullptr)
        return false;
      into.push(resolved_event{event, link});
      return true;
    }
    case item_kind::checkpoint: return decode_item<checkpoint>(in, into);
    case item_kind::caught_up: return decode_item<caught_up>(in, into);
    case item_kind::fell_behind: return decode_item<fell_behind>(in, into);
    case item_kind::bounds: return decode_item<stream_bounds>(in, into);
  }
  return false;
}

} // namespace

void codec<event_batch>::encode(encoder& out, const event_batch& value) {
  // The size of the items first: the receiver keeps their bytes as they are, and its events are views into them.
  const auto size_at = out.bytes.size();
  out.number(std::uint32_t{0});
  out.number(static_cast<std::uint32_t>(value.size()));
  out.bytes.reserve(out.bytes.size() + value.byte_size());
  for (const auto& item : value)
    std::visit([&out](const auto& each) { encode_item(out, each); }, item);
  const auto size = static_cast<std::uint32_t>(out.bytes.size() - size_at - 2 * sizeof(std::uint32_t));
  std::memcpy(out.bytes.data() + size_at, &size, sizeof size);
}

bool codec<event_batch>::decode(decoder& in, event_batch& value) {
  std::uint32_t size = 0, count = 0;
  std::string_view bytes;
  if (!in.number(size) || !in.number(count) || !in.raw(size, bytes) || count > size || !in.charge(size))
    return false;
  const auto storage =
    std::make_shared<batch_storage>(batch_storage::expectation{size + std::size_t{count} * sizeof(recorded_event), count});
  if (size > 0) {
    const auto kept = storage->reserve(size);
    std::copy(bytes.begin(), bytes.end(), kept.begin());
    bytes = {kept.data(), kept.size()};
  }
  decoder items{bytes};
  for (; count > 0; --count)
    if (!decode_item(items, *storage))
      return false;
  value = event_batch{storage};
  return items.is_done();
}

void codec<event_list>::encode(encoder& out, const event_list& value) {
  const auto size_at = out.bytes.size();
  out.number(std::uint32_t{0});
  out.number(static_cast<std::uint32_t>(value.size() + 1));
  out.bytes.reserve(out.bytes.size() + value.byte_size());
  for (const auto& event : value)
    encode_item(out, event);
  encode_item(out, value.bounds());
  const auto size = static_cast<std::uint32_t>(out.bytes.size() - size_at - 2 * sizeof(std::uint32_t));
  std::memcpy(out.bytes.data() + size_at, &size, sizeof size);
}

bool codec<event_list>::decode(decoder& in, event_list& value) {
  event_batch events;
  if (!remote::decode(in, events))
    return false;
  event_list::builder list{std::numeric_limits<std::uint64_t>::max()};
  if (!list.add(std::move(events)))
    return false;
  value = list.finish();
  return true;
}

void codec<consumer_batch>::encode(encoder& out, const consumer_batch& value) {
  std::vector<std::uint32_t> retries;
  retries.reserve(value.size());
  for (const auto& each : value)
    retries.push_back(each.retries);
  remote::encode(out, value.incarnation());
  remote::encode(out, retries);
  remote::encode(out, value.events());
}

bool codec<consumer_batch>::decode(decoder& in, consumer_batch& value) {
  std::uint64_t incarnation = 0;
  std::vector<std::uint32_t> retries;
  event_batch events;
  if (!remote::decode(in, incarnation) || !remote::decode(in, retries) || !remote::decode(in, events) ||
      events.size() != retries.size())
    return false;
  if (!std::all_of(events.begin(), events.end(),
                   [](const batch_item& each) { return std::holds_alternative<resolved_event>(each); }))
    return false;
  value = consumer_batch{std::move(events), std::move(retries), incarnation};
  return true;
}

void codec<answer_batch>::encode(encoder& out, const answer_batch& value) {
  std::vector<uuid> ids;
  ids.reserve(value.batch.size());
  for (const auto& each : value.batch)
    ids.push_back(each.token.id);
  remote::encode(out, value.batch.incarnation());
  remote::encode(out, ids);
  remote::encode(out, value.outcomes);
}

bool codec<answer_batch>::decode(decoder& in, answer_batch& value) {
  std::uint64_t incarnation = 0;
  std::vector<uuid> ids;
  if (!remote::decode(in, incarnation) || !remote::decode(in, ids) || !remote::decode(in, value.outcomes) ||
      !in.charge(ids.size() * (sizeof(recorded_event) + 2 * sizeof(batch_item))))
    return false;
  const auto storage =
    std::make_shared<batch_storage>(batch_storage::expectation{ids.size() * sizeof(recorded_event), ids.size()});
  for (const auto& id : ids)
    storage->push(resolved_event{storage->keep(recorded_event_builder{}.id(id).build()), nullptr});
  value.batch = consumer_batch{event_batch{storage}, std::vector<std::uint32_t>(ids.size()), incarnation};
  return true;
}

} // namespace kdb::inline v0::remote
