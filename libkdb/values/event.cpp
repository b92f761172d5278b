// SPDX-License-Identifier: Apache-2.0
#include <kdb/event.hpp>

#include <cstring>
#include <new>
#include <ostream>
#include <type_traits>
#include <utility>

#include "libkdb/values/recorded_event_builder.hpp"

namespace kdb::inline v0 {

std::string_view to_string(content_type type) {
  return type == content_type::json ? "application/json" : "application/octet-stream";
}

new_event new_event::json(std::string type, std::string data, std::string metadata) {
  return {.type = std::move(type), .data = std::move(data), .metadata = std::move(metadata)};
}

new_event new_event::binary(std::string type, std::string data, std::string metadata) {
  return {
    .type = std::move(type), .data = std::move(data), .metadata = std::move(metadata), .content_type = kdb::content_type::binary};
}

std::string to_string(const new_event& event) {
  return event.type + ' ' + to_string(event.id) + " (" + std::to_string(event.data.size()) + " bytes)";
}

std::string to_string(const recorded_event& event) {
  std::string text{event.stream()};
  text += '@' + to_string(event.revision()) + ' ';
  text += event.type();
  return text + ' ' + to_string(event.id()) + " (" + std::to_string(event.data().size()) + " bytes)";
}

namespace {

static_assert(std::is_trivially_destructible_v<recorded_event> && std::is_trivially_copyable_v<recorded_event>,
              "owned events are plain memory");

using word = std::uint64_t;
static_assert(alignof(recorded_event) <= alignof(word) && alignof(resolved_event) <= alignof(word));

std::size_t bytes_of(const recorded_event* event) {
  if (!event)
    return 0;
  return event->stream().size() + event->type().size() + event->data().size() + event->metadata().size();
}

/// Hands out the memory of one allocation: to the view, then to the events, then to their bytes.
class copier {
public:
  copier(word* memory, std::size_t events) : view_{reinterpret_cast<resolved_event*>(memory)} {
    event_ = reinterpret_cast<recorded_event*>(view_ + 1);
    bytes_ = reinterpret_cast<char*>(event_ + events);
  }

  const resolved_event* copy(const recorded_event* event, const recorded_event* link) {
    const auto* kept_event = copy(event);
    return ::new (view_) resolved_event{kept_event, copy(link)};
  }

private:
  const recorded_event* copy(const recorded_event* event) {
    if (!event)
      return nullptr;
    recorded_event_builder built{*event};
    built.stream(keep(event->stream())).type(keep(event->type()));
    built.data(keep(event->data())).metadata(keep(event->metadata()));
    return ::new (event_++) recorded_event{built.build()};
  }

  std::string_view keep(std::string_view bytes) {
    if (bytes.empty())
      return {};
    std::memcpy(bytes_, bytes.data(), bytes.size());
    std::string_view kept{bytes_, bytes.size()};
    bytes_ += bytes.size();
    return kept;
  }

  resolved_event* view_;
  recorded_event* event_;
  char* bytes_;
};

} // namespace

std::string to_string(const resolved_event& event) {
  return to_string(event.has_event() ? event.event() : *event.link());
}

std::ostream& operator<<(std::ostream& out, const new_event& event) {
  return out << to_string(event);
}

std::ostream& operator<<(std::ostream& out, const recorded_event& event) {
  return out << to_string(event);
}

std::ostream& operator<<(std::ostream& out, const resolved_event& event) {
  return out << to_string(event);
}

owned_event::owned_event(const resolved_event& event) {
  auto* source = event.has_event() ? &event.event() : nullptr;
  auto* link = event.link();
  auto events = std::size_t{source != nullptr} + std::size_t{link != nullptr};
  auto size = sizeof(resolved_event) + events * sizeof(recorded_event) + bytes_of(source) + bytes_of(link);
  auto memory = std::make_shared_for_overwrite<word[]>((size + sizeof(word) - 1) / sizeof(word));
  const auto* view = copier{memory.get(), events}.copy(source, link);
  view_ = {std::move(memory), view};
}

} // namespace kdb::inline v0
