// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "actors/remote/members.hpp"
#include <kdb/actors.hpp>

// How requests, answers and errors travel between processes. Pure: bytes and values.
//
// Aggregates are written member by member, so a new operation needs nothing here. Classes with private members have codecs of their own.
// Numbers are little-endian and of fixed size, texts and lists begin with their length.
namespace kdb::inline v0::remote {

/// The largest frame. Larger requests and answers are refused with an error.
inline constexpr std::size_t largest_frame = 128 << 20;

/// The memory that a decoder may use for lists, besides the bytes of texts: a few bytes can stand for a large object.
inline constexpr std::size_t largest_content = 256 << 20;

/// Properties may be nested that deep.
inline constexpr unsigned deepest_property = 32;

/// Writes a frame.
struct encoder {
  std::string bytes{};
  bool has_credentials = false;   ///< Credentials were written.
  std::optional<error> refusal{}; ///< Why the content can't travel.

  template <class T>
    requires std::is_integral_v<T>
  void number(T value) {
    static_assert(std::endian::native == std::endian::little);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size())); // Frames are smaller than that.
    bytes.append(value);
  }
};

/// Reads a frame that may hold anything. A read that fails leaves the rest unread.
class decoder {
public:
  explicit decoder(std::string_view bytes) : rest_{bytes} {}

  template <class T>
    requires std::is_integral_v<T>
  [[nodiscard]] bool number(T& value) {
    if (rest_.size() < sizeof value)
      return false;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return true;
  }
  /// A view into the frame.
  [[nodiscard]] bool view(std::string_view& value) {
    std::uint32_t size = 0;
    return number(size) && raw(size, value);
  }
  [[nodiscard]] bool raw(std::size_t size, std::string_view& value) {
    if (size > rest_.size())
      return false;
    value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  /// Counts memory of decoded objects.
  [[nodiscard]] bool charge(std::size_t size) {
    if (size > content_left_)
      return false;
    content_left_ -= size;
    return true;
  }
  /// The number of elements of a list, none of which is empty.
  [[nodiscard]] bool count(std::uint32_t& value) { return number(value) && value <= rest_.size(); }

  std::string_view rest() const { return rest_; }
  bool is_done() const { return rest_.empty(); }

  unsigned depth = 0;                     ///< Of properties.
  std::optional<std::stop_source> stop{}; ///< Made if the sender can stop the operation.

private:
  std::string_view rest_;
  std::size_t content_left_ = largest_content;
};

/// How a type is written and read. `decode` returns false for bytes that are no such value. A type without an empty value has `make`.
template <class T>
struct codec;

template <class T>
void encode(encoder& out, const T& value) {
  codec<T>::encode(out, value);
}

template <class T>
[[nodiscard]] bool decode(decoder& in, T& value) {
  return codec<T>::decode(in, value);
}

/// Reads a value of any type.
template <class T>
std::optional<T> decoded(decoder& in) {
  if constexpr (requires { codec<T>::make(in); }) {
    return codec<T>::make(in);
  } else {
    std::optional<T> value{std::in_place};
    if (!decode(in, *value))
      value.reset();
    return value;
  }
}

/// Reads a value with which the bytes end.
template <class T>
std::optional<T> decoded_last(decoder& in) {
  auto value = decoded<T>(in);
  return in.is_done() ? std::move(value) : std::nullopt;
}

/// Reads a whole frame, to its end.
template <class T>
std::optional<T> decode_all(std::string_view bytes) {
  decoder in{bytes};
  return decoded_last<T>(in);
}

// -- aggregates ---------------------------------------------------------------------------------

// `{}` is no outcome.
template <>
inline constexpr std::size_t member_count<consume_options> = 8;

template <class T>
struct codec {
  static_assert(std::is_aggregate_v<T>, "a class with private members needs a codec of its own");
  static void encode(encoder& out, const T& value) {
    with_members(value, [&out](const auto&... members) { (remote::encode(out, members), ...); });
  }
  static bool decode(decoder& in, T& value) {
    return with_members(value, [&in](auto&... members) { return (remote::decode(in, members) && ...); });
  }
};

// -- numbers, texts, times ------------------------------------------------------------------------

template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
struct codec<T> {
  // The same on every machine.
  using wide = std::conditional_t<std::is_same_v<T, std::size_t>, std::uint64_t, T>;
  static void encode(encoder& out, T value) { out.number(static_cast<wide>(value)); }
  static bool decode(decoder& in, T& value) {
    wide number{};
    if (!in.number(number))
      return false;
    if constexpr (sizeof(wide) > sizeof(T))
      if (number > std::numeric_limits<T>::max())
        return false;
    value = static_cast<T>(number);
    return true;
  }
};

template <>
struct codec<bool> {
  static void encode(encoder& out, bool value) { out.number(static_cast<std::uint8_t>(value)); }
  static bool decode(decoder& in, bool& value) {
    std::uint8_t number = 0;
    if (!in.number(number) || number > 1)
      return false;
    value = number == 1;
    return true;
  }
};

template <class T>
  requires std::is_enum_v<T>
struct codec<T> {
  using number = std::underlying_type_t<T>;
  static void encode(encoder& out, T value) { out.number(static_cast<number>(value)); }
  static bool decode(decoder& in, T& value) {
    number read{};
    if (!in.number(read))
      return false;
    value = static_cast<T>(read); // Numbers without a name are kept, as those of servers are.
    return true;
  }
};

template <class T>
  requires std::is_floating_point_v<T>
struct codec<T> {
  using number = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  static void encode(encoder& out, T value) { out.number(std::bit_cast<number>(value)); }
  static bool decode(decoder& in, T& value) {
    number bits{};
    if (!in.number(bits))
      return false;
    value = std::bit_cast<T>(bits);
    return true;
  }
};

template <>
struct codec<std::string> {
  static void encode(encoder& out, const std::string& value) { out.text(value); }
  static bool decode(decoder& in, std::string& value) {
    std::string_view text;
    if (!in.view(text))
      return false;
    value = text;
    return true;
  }
};

template <class Rep, class Period>
struct codec<std::chrono::duration<Rep, Period>> {
  static void encode(encoder& out, std::chrono::duration<Rep, Period> value) {
    out.number(static_cast<std::int64_t>(value.count()));
  }
  static bool decode(decoder& in, std::chrono::duration<Rep, Period>& value) {
    std::int64_t count = 0;
    if (!in.number(count))
      return false;
    value = std::chrono::duration<Rep, Period>{count};
    return true;
  }
};

template <class Clock, class Duration>
struct codec<std::chrono::time_point<Clock, Duration>> {
  static void encode(encoder& out, std::chrono::time_point<Clock, Duration> value) {
    remote::encode(out, value.time_since_epoch());
  }
  static bool decode(decoder& in, std::chrono::time_point<Clock, Duration>& value) {
    Duration since{};
    if (!remote::decode(in, since))
      return false;
    value = std::chrono::time_point<Clock, Duration>{since};
    return true;
  }
};

// -- containers -----------------------------------------------------------------------------------

template <class T>
struct codec<std::optional<T>> {
  static void encode(encoder& out, const std::optional<T>& value) {
    remote::encode(out, value.has_value());
    if (value)
      remote::encode(out, *value);
  }
  static bool decode(decoder& in, std::optional<T>& value) {
    bool is_set = false;
    if (!remote::decode(in, is_set))
      return false;
    value.reset();
    if (!is_set)
      return true;
    value = decoded<T>(in);
    return value.has_value();
  }
};

template <class T>
struct codec<std::vector<T>> {
  static void encode(encoder& out, const std::vector<T>& value) {
    out.number(static_cast<std::uint32_t>(value.size()));
    for (const auto& each : value)
      remote::encode(out, each);
  }
  static bool decode(decoder& in, std::vector<T>& value) {
    std::uint32_t count = 0;
    if (!in.count(count))
      return false;
    value.clear();
    for (; count > 0; --count) {
      if (!in.charge(2 * sizeof(T))) // It grows by half of what it holds, at most twice.
        return false;
      auto each = decoded<T>(in);
      if (!each)
        return false;
      value.push_back(std::move(*each));
    }
    return true;
  }
};

template <class Key, class Value, class Order>
struct codec<std::map<Key, Value, Order>> {
  static void encode(encoder& out, const std::map<Key, Value, Order>& value) {
    out.number(static_cast<std::uint32_t>(value.size()));
    for (const auto& [key, each] : value) {
      remote::encode(out, key);
      remote::encode(out, each);
    }
  }
  static bool decode(decoder& in, std::map<Key, Value, Order>& value) {
    std::uint32_t count = 0;
    if (!in.count(count))
      return false;
    value.clear();
    for (; count > 0; --count) {
      Key key{};
      Value each{};
      if (!in.charge(sizeof(std::pair<Key, Value>) + 4 * sizeof(void*)) || !remote::decode(in, key) || !remote::decode(in, each))
        return false;
      value.emplace(std::move(key), std::move(each));
    }
    return true;
  }
};

template <class First, class Second>
struct codec<std::pair<First, Second>> {
  static void encode(encoder& out, const std::pair<First, Second>& value) {
    remote::encode(out, value.first);
    remote::encode(out, value.second);
  }
  static bool decode(decoder& in, std::pair<First, Second>& value) {
    return remote::decode(in, value.first) && remote::decode(in, value.second);
  }
};

template <class T, std::size_t Size>
struct codec<std::array<T, Size>> {
  static void encode(encoder& out, const std::array<T, Size>& value) {
    for (const auto& each : value)
      remote::encode(out, each);
  }
  static bool decode(decoder& in, std::array<T, Size>& value) {
    for (auto& each : value)
      if (!remote::decode(in, each))
        return false;
    return true;
  }
};

template <>
struct codec<std::monostate> {
  static void encode(encoder&, std::monostate) {}
  static bool decode(decoder&, std::monostate&) { return true; }
};

template <class... Ts>
struct codec<std::variant<Ts...>> {
  using any = std::variant<Ts...>;
  static_assert(sizeof...(Ts) < 256);
  static void encode(encoder& out, const any& value) {
    out.number(static_cast<std::uint8_t>(value.index()));
    std::visit([&out](const auto& each) { remote::encode(out, each); }, value);
  }
  static bool decode(decoder& in, any& value) {
    std::uint8_t index = 0;
    return in.number(index) && decode_at(in, value, index, std::index_sequence_for<Ts...>{});
  }

private:
  template <std::size_t... Indexes>
  static bool decode_at(decoder& in, any& value, std::size_t index, std::index_sequence<Indexes...>) {
    return ((index == Indexes && remote::decode(in, value.template emplace<Indexes>())) || ...);
  }
};

// -- classes with private members --------------------------------------------------------------------

#define KDB_OWN_CODEC(type)                                                                                                      \
  template <>                                                                                                                    \
  struct codec<type> {                                                                                                           \
    static void encode(encoder& out, const type& value);                                                                         \
    static bool decode(decoder& in, type& value);                                                                                \
  };
KDB_OWN_CODEC(uuid)
KDB_OWN_CODEC(stream_state)
KDB_OWN_CODEC(stream_position)
KDB_OWN_CODEC(all_position)
KDB_OWN_CODEC(event_filter)
KDB_OWN_CODEC(property_value)
KDB_OWN_CODEC(event_batch)
KDB_OWN_CODEC(event_list)
KDB_OWN_CODEC(consumer_batch)
// Only what an answer needs of the batch: the ids of its events.
KDB_OWN_CODEC(answer_batch)
// Of a stop token it travels whether there is one. `decoder::stop` is its source.
KDB_OWN_CODEC(std::stop_token)
// Nothing travels: the receiver puts an actor of its own in the place.
KDB_OWN_CODEC(subscriber)
#undef KDB_OWN_CODEC

template <>
struct codec<std::nullptr_t> {
  static void encode(encoder&, std::nullptr_t) {}
  static bool decode(decoder&, std::nullptr_t&) { return true; }
};

template <>
struct codec<credentials> {
  static void encode(encoder& out, const credentials& value);
  static std::optional<credentials> make(decoder& in);
};

template <>
struct codec<outcome> {
  static void encode(encoder& out, const outcome& value);
  static std::optional<outcome> make(decoder& in);
  static bool decode(decoder& in, outcome& value);
};

} // namespace kdb::inline v0::remote
