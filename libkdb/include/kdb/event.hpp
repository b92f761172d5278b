// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

#include <kdb/export.hpp>
#include <kdb/position.hpp>
#include <kdb/uuid.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// The content type of an event's data. The server does not check that data marked as JSON are JSON.
enum class content_type : std::uint8_t { json, binary };

/// "application/json" or "application/octet-stream".
std::string_view to_string(content_type type);

/// An event to append. Data and metadata are bytes, which are sent unchanged.
struct new_event {
  std::string type;
  std::string data{};
  std::string metadata{};
  kdb::content_type content_type = kdb::content_type::json;
  /// Makes retries idempotent: a retry with the same ids and the same explicit expected state is not written twice.
  uuid id = random_uuid();

  /// An event with JSON text as data.
  static new_event json(std::string type, std::string data, std::string metadata = {});
  /// An event with any bytes as data.
  static new_event binary(std::string type, std::string data, std::string metadata = {});

  friend bool operator==(const new_event&, const new_event&) = default;
};

/// "type id (N bytes)": never the payload.
std::string to_string(const new_event& event);

/// An event as the server stored it: a view into the batch that delivered it. It is valid as long as that batch (or a copy of the batch
/// handle) lives. It cannot be copied, so that none is kept beyond its batch by accident; `owned_event` keeps one for longer.
class recorded_event {
public:
  recorded_event() = default;
  recorded_event(recorded_event&&) = default;
  recorded_event& operator=(recorded_event&&) = default;

  std::string_view stream() const { return stream_; }
  std::string_view type() const { return type_; }
  std::string_view data() const { return data_; }
  /// The metadata, as the writer set them.
  std::string_view metadata() const { return metadata_; }
  kdb::content_type content_type() const { return content_type_; }
  /// Its revision in its own stream.
  stream_revision revision() const { return revision_; }
  /// Its position in $all.
  log_position position() const { return position_; }
  const uuid& id() const { return id_; }
  /// When the server wrote it, with the server's resolution of 100 ns.
  std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>> created() const { return created_; }
  /// True for events whose type begins with `$`.
  bool is_system() const { return type_.starts_with('$'); }
  /// True for links to another event: type `$>`.
  bool is_link() const { return type_ == "$>"; }

private:
  friend class recorded_event_builder;
  recorded_event(const recorded_event&) = default;
  recorded_event& operator=(const recorded_event&) = default;
  std::string_view stream_, type_, data_, metadata_;
  uuid id_{};
  stream_revision revision_{};
  log_position position_{};
  std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>> created_{};
  kdb::content_type content_type_ = kdb::content_type::binary;
};

/// "stream@revision type id (N bytes)": never the payload.
std::string to_string(const recorded_event& event);

/// What a read or subscription delivers: an event, and the link that led to it if links were resolved.
/// A broken link (its target is deleted, truncated or expired) has a link and no event. A view that cannot be copied, like
/// `recorded_event`; `std::vector<kdb::owned_event>` is a list of events to keep.
class resolved_event {
public:
  constexpr resolved_event() = default;
  resolved_event(const resolved_event&) = delete;
  resolved_event& operator=(const resolved_event&) = delete;
  /// Moves the view.
  constexpr resolved_event(resolved_event&&) = default;
  /// Moves the view.
  constexpr resolved_event& operator=(resolved_event&&) = default;
  /// A view of an event, of a link, or of both.
  constexpr resolved_event(const recorded_event* event, const recorded_event* link) : event_{event}, link_{link} {}

  /// Whether there is an event. False for a broken link.
  bool has_event() const { return event_ != nullptr; }
  /// The event. Only if `has_event()`.
  const recorded_event& event() const { return *event_; }
  /// The link that was resolved or is broken, or null.
  const recorded_event* link() const { return link_; }
  /// Whether a link was followed to the event.
  bool is_resolved() const { return event_ != nullptr && link_ != nullptr; }
  /// Whether this is a link to an event that does not exist any more.
  bool is_broken_link() const { return event_ == nullptr && link_ != nullptr; }
  /// The event in the stream that was read: the link, if there is one, else the event. Acknowledgements use its id.
  const recorded_event& original() const { return link_ ? *link_ : *event_; }

  // The event's own members, for the common case. Of a broken link they show the link.
  std::string_view stream() const { return shown().stream(); }
  std::string_view type() const { return shown().type(); }
  std::string_view data() const { return shown().data(); }
  std::string_view metadata() const { return shown().metadata(); }
  kdb::content_type content_type() const { return shown().content_type(); }
  stream_revision revision() const { return shown().revision(); }
  log_position position() const { return shown().position(); }
  const uuid& id() const { return shown().id(); }

private:
  const recorded_event& shown() const { return event_ ? *event_ : *link_; }
  const recorded_event* event_ = nullptr;
  const recorded_event* link_ = nullptr;
};

/// The text of the event, or of the broken link.
std::string to_string(const resolved_event& event);

// Print the same texts.
/// Prints `to_string`.
std::ostream& operator<<(std::ostream& out, const new_event& event);
std::ostream& operator<<(std::ostream& out, const recorded_event& event);
std::ostream& operator<<(std::ostream& out, const resolved_event& event);

/// A resolved event that keeps its own bytes. Copies share them.
class owned_event {
public:
  /// Copies the bytes of the event.
  explicit owned_event(const resolved_event& event);

  /// The event, as long as this object lives.
  const resolved_event& operator*() const { return *view_; }
  /// The event, as long as this object lives.
  const resolved_event* operator->() const { return view_.get(); }

private:
  std::shared_ptr<const resolved_event> view_; // Keeps the bytes alive that it shows.
};

} // namespace v0
} // namespace kdb
