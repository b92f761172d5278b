// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <kdb/error.hpp>
#include <kdb/event.hpp>
#include <kdb/export.hpp>
#include <kdb/result.hpp>

// Converts C++ values to events and back. Optional: only `kdb/event_handlers.hpp` and `kdb/typed_actors.hpp` include this header. It
// needs nlohmann-json and exceptions.
namespace kdb {
inline namespace KDB_API v0 {

// -- schemas -------------------------------------------------------------------------

/// Turns the data of one version of an event into those of the next version. An exception is reported as an error of that event.
using upcast = void (*)(nlohmann::json& data);

/// The type name of an event, and the upcasts from its earlier versions: the first one from version 1 to 2, the next one from 2 to 3, and
/// so on. An event without upcasts has version 1.
///
/// Give a type a static member `schema` to use it as an event: `static constexpr kdb::event_schema schema{"order-placed"};`. For a type
/// that you can't change, specialise `schema_of`. nlohmann-json defines its JSON form: by `NLOHMANN_DEFINE_TYPE_INTRUSIVE` and similar
/// macros, or by functions `to_json` and `from_json`. A type without members needs no JSON form.
template <std::size_t Upcasts>
class event_schema {
public:
  /// The type name must not be empty.
  template <std::convertible_to<upcast>... Steps>
    requires(sizeof...(Steps) == Upcasts)
  constexpr event_schema(std::string_view type, Steps... steps) : type_{type}, upcasts_{steps...} {
    if (type.empty())
      throw "the type of an event has a name"; // Does not compile in a constant.
  }

  constexpr std::string_view type() const { return type_; }
  /// The version that this program writes.
  constexpr std::size_t version() const { return Upcasts + 1; }
  /// Converts data of an earlier version to this version.
  void upcast_from(std::size_t version, nlohmann::json& data) const {
    for (auto step = version - 1; step < Upcasts; ++step)
      upcasts_[step](data);
  }

private:
  std::string_view type_;
  std::array<upcast, Upcasts> upcasts_;
};

/// Counts the upcasts.
template <class... Steps>
event_schema(std::string_view, Steps...) -> event_schema<sizeof...(Steps)>;

namespace detail {

template <class T>
inline constexpr bool is_schema = false;
template <std::size_t Upcasts>
inline constexpr bool is_schema<event_schema<Upcasts>> = true;

struct no_schema {};

template <class T>
constexpr auto own_schema() {
  if constexpr (requires { requires is_schema<std::remove_cvref_t<decltype(T::schema)>>; })
    return T::schema;
  else
    return no_schema{};
}

} // namespace detail

/// The schema of a type: its static member `schema`. Specialise this for a type that you can't change:
/// `template <> inline constexpr auto kdb::schema_of<order_placed> = kdb::event_schema{"order-placed"};`.
template <class T>
inline constexpr auto schema_of = detail::own_schema<T>();

/// A type with a schema.
template <class T>
concept typed_event = detail::is_schema<std::remove_cvref_t<decltype(schema_of<T>)>>;

/// The member of the metadata with the version of an event's type. Events of version 1 do not have it.
inline constexpr std::string_view schema_version_key = "schemaVersion";

/// The parts of an event that decoding needs. All kinds of events convert to it. It is a view, like `recorded_event`.
class event_view {
public:
  /// The parts of that event, or of the link if the link is broken.
  event_view(const new_event& event)
    : type_{event.type}, data_{event.data}, metadata_{event.metadata}, content_type_{event.content_type} {}
  event_view(const recorded_event& event)
    : type_{event.type()}, data_{event.data()}, metadata_{event.metadata()},
      content_type_{event.content_type()}, stream_{event.stream()}, revision_{event.revision()} {}
  event_view(const resolved_event& event) : event_view{event.has_event() ? event.event() : event.original()} {}
  event_view(const owned_event& event) : event_view{*event} {}

  std::string_view type() const { return type_; }
  std::string_view data() const { return data_; }
  std::string_view metadata() const { return metadata_; }
  kdb::content_type content_type() const { return content_type_; }
  /// "order-placed at revision 3 of orders"; only the type for a new event.
  std::string name() const {
    std::string text{type_};
    if (revision_)
      text.append(" at revision ").append(std::to_string(revision_->value)).append(" of ").append(stream_);
    return text;
  }

private:
  std::string_view type_, data_, metadata_;
  kdb::content_type content_type_;
  std::string_view stream_{};
  std::optional<stream_revision> revision_{};
};

namespace detail {

/// A type without members and without a JSON form.
template <class T>
inline constexpr bool is_bare = std::is_empty_v<T> && !std::is_constructible_v<nlohmann::json, const T&>;

template <class T>
inline constexpr bool is_variant_of_events = false;
template <class... T>
inline constexpr bool is_variant_of_events<std::variant<T...>> = (typed_event<T> && ...);

template <class T>
concept encodable = typed_event<T> || is_variant_of_events<T>;

/// The text of an exception, without the prefix of nlohmann-json. It names members and kinds of values, but shows no values.
inline std::string_view said_by(const std::exception& cause) {
  std::string_view text = cause.what();
  if (const auto end = text.starts_with("[json.") ? text.find("] ") : text.npos; end != text.npos)
    text.remove_prefix(end + 2);
  return text;
}

inline unexpected can_not_decode(const event_view& event, std::string_view reason) {
  return unexpected{errc::protocol_error, "the event " + event.name() + " can't be decoded: " + std::string{reason}};
}

inline unexpected can_not_encode(std::string_view type, std::string_view reason, std::string member, std::string accepted) {
  return unexpected{kdb::error{.code = errc::invalid_argument,
                               .message = "an event " + std::string{type} + " can't be encoded: " + std::string{reason},
                               .detail = bad_argument{std::move(member), std::move(accepted)}}};
}

/// The version in the metadata of an event: 1 if there is none.
inline result<std::size_t> version_of(const event_view& event, std::size_t known) {
  if (event.metadata().find(schema_version_key) == event.metadata().npos)
    return 1;
  const auto metadata = nlohmann::json::parse(event.metadata(), nullptr, false);
  const auto found = metadata.find(schema_version_key);
  if (!metadata.is_object() || found == metadata.end())
    return 1;
  if (!found->is_number_integer() || *found < 1)
    return can_not_decode(event, "the schemaVersion of its metadata is not a number from 1 on");
  if (*found > known)
    return can_not_decode(event,
                          "its version is " + found->dump() + ", and this program knows versions up to " + std::to_string(known));
  return found->template get<std::size_t>();
}

/// The data of an event as JSON. Its error names the problem and shows no data.
inline result<nlohmann::json> json_of(const event_view& event) {
  if (event.content_type() == kdb::content_type::binary)
    return can_not_decode(event, "its data are binary, not JSON");
  if (event.data().empty())
    return can_not_decode(event, "it has no data");
  try {
    return nlohmann::json::parse(event.data());
  } catch (const nlohmann::json::parse_error& cause) {
    return can_not_decode(event, "its data are not JSON, byte " + std::to_string(cause.byte) + " is wrong");
  }
}

template <class T>
result<T> decode(const event_view& event) {
  const auto version = version_of(event, schema_of<T>.version());
  if (!version)
    return unexpected{version.error()};
  if constexpr (is_bare<T>) {
    return T{};
  } else {
    auto data = json_of(event);
    if (!data)
      return unexpected{std::move(data).error()};
    try {
      schema_of<T>.upcast_from(*version, *data);
    } catch (const std::exception& cause) {
      return can_not_decode(event,
                            "the upcast from version " + std::to_string(*version) + " failed: " + std::string{said_by(cause)});
    }
    try {
      return data->template get<T>();
    } catch (const std::exception& cause) {
      return can_not_decode(event, said_by(cause));
    }
  }
}

} // namespace detail

// -- one event -----------------------------------------------------------------------

/// Makes an event of a value, with a random id. The metadata must be a JSON object or null; the version of the type is added to them if it is above 1.
/// Errors: `invalid_argument` for a value that has no JSON form, such as a text that is not UTF-8. JSON can't represent NaN and
/// infinities: they become null, which can't be decoded as a number.
template <typed_event T>
result<new_event> to_event(const T& value, nlohmann::json metadata = nullptr) {
  constexpr auto schema = schema_of<T>;
  if (!metadata.is_null() && !metadata.is_object())
    return detail::can_not_encode(schema.type(), "its metadata are not a JSON object", "metadata", "a JSON object, or null");
  try {
    if (metadata.is_object())
      metadata.erase(schema_version_key);
    if (schema.version() > 1)
      metadata[std::string{schema_version_key}] = schema.version();
    std::string data = "{}";
    if constexpr (!detail::is_bare<T>) {
      static_assert(std::is_constructible_v<nlohmann::json, const T&>,
                    "this type has no JSON form: define one with "
                    "NLOHMANN_DEFINE_TYPE_INTRUSIVE or with functions to_json and from_json");
      data = nlohmann::json(value).dump();
    }
    return new_event::json(std::string{schema.type()}, std::move(data), metadata.is_null() ? std::string{} : metadata.dump());
  } catch (const std::exception&) { // The text of the exception may show a part of the value.
    return detail::can_not_encode(schema.type(), "it has no JSON form", std::string{schema.type()},
                                  "values that have one: text is UTF-8");
  }
}

/// The same for the value that the variant contains.
template <class... T>
  requires(typed_event<T>&&...)
result<new_event> to_event(const std::variant<T...>& value, nlohmann::json metadata = nullptr) {
  return std::visit([&](const auto& held) { return to_event(held, std::move(metadata)); }, value);
}

/// Whether an event has the type name of `T`.
template <typed_event T>
bool is(const event_view& event) {
  return event.type() == schema_of<T>.type();
}

/// Returns the value of an event, after upcasts to the version that this program knows. Errors: `protocol_error`, with the stream, the
/// revision and the type of the event in its message, if the event is of another type, is binary, has no data, or its data are not JSON
/// of the shape of `T`; if its version is newer; or if an upcast fails.
template <typed_event T>
result<T> from_event(const event_view& event) {
  if (!is<T>(event))
    return detail::can_not_decode(event, "its type is not " + std::string{schema_of<T>.type()});
  return detail::decode<T>(event);
}

// -- several events --------------------------------------------------------------------

/// Makes events of a range of values, or of variants of them, all with the same metadata. Errors: as of `to_event`.
template <std::ranges::input_range Values>
  requires detail::encodable<std::ranges::range_value_t<Values>> result<std::vector<new_event>> to_events(
    const Values& values, const nlohmann::json& metadata = nullptr) {
    std::vector<new_event> events;
    for (const auto& value : values) {
      auto event = to_event(value, metadata);
      if (!event)
        return unexpected{std::move(event).error()};
      events.push_back(*std::move(event));
    }
    return events;
  }

/// Makes events of the values, in their order. Errors: as of `to_event`.
template <detail::encodable... T>
  requires(sizeof...(T) > 0)
result<std::vector<new_event>> to_events(const T&... values) {
  std::vector<new_event> events;
  std::optional<kdb::error> failed;
  const auto add = [&](result<new_event> event) {
    if (event)
      events.push_back(*std::move(event));
    else
      failed = std::move(event).error();
    return !failed;
  };
  if (!(add(to_event(values)) && ...))
    return unexpected{*std::move(failed)};
  return events;
}

} // namespace v0
} // namespace kdb
