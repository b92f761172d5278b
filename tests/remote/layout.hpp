// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>

#include "actors/remote/codec.hpp"

// What the bytes of a type consist of, as text: it changes when what travels between processes does.
namespace kdb::test {

template <class T>
struct layout;

template <class T>
std::string layout_of() {
  return layout<T>::text();
}

template <class T>
struct layout {
  static std::string text() {
    if constexpr (std::is_same_v<T, bool>) {
      return "bool";
    } else if constexpr (std::is_enum_v<T>) {
      return "enum " + layout_of<std::underlying_type_t<T>>();
    } else if constexpr (std::is_arithmetic_v<T>) {
      return (std::is_floating_point_v<T> ? "f" : std::is_signed_v<T> ? "i" : "u") + std::to_string(8 * sizeof(T));
    } else {
      T value{};
      return remote::with_members(value, [](auto&... members) {
        std::string all = "{";
        ((all += (all.size() > 1 ? ", " : "") + layout_of<std::decay_t<decltype(members)>>()), ...);
        return all + "}";
      });
    }
  }
};

#define KDB_LAYOUT(type, name)                                                                                                   \
  template <>                                                                                                                    \
  struct layout<type> {                                                                                                          \
    static std::string text() { return name; }                                                                                   \
  };
// The codecs of these are by hand: a change of one changes the number.
KDB_LAYOUT(std::string, "text")
KDB_LAYOUT(std::monostate, "nothing")
KDB_LAYOUT(uuid, "uuid.1")
KDB_LAYOUT(stream_state, "stream_state.1")
KDB_LAYOUT(stream_position, "stream_position.1")
KDB_LAYOUT(all_position, "all_position.1")
KDB_LAYOUT(event_filter, "event_filter.1")
KDB_LAYOUT(property_value, "property_value.1")
KDB_LAYOUT(event_batch, "event_batch.1")
KDB_LAYOUT(event_list, "event_list.1")
KDB_LAYOUT(consumer_batch, "consumer_batch.1")
KDB_LAYOUT(answer_batch, "answer_batch.1")
KDB_LAYOUT(std::stop_token, "stop_token.1")
KDB_LAYOUT(subscriber, "nothing")
KDB_LAYOUT(credentials, "credentials.1")
KDB_LAYOUT(outcome, "outcome.1")
#undef KDB_LAYOUT

template <class Rep, class Period>
struct layout<std::chrono::duration<Rep, Period>> {
  static std::string text() { return "i64 of " + std::to_string(Period::num) + "/" + std::to_string(Period::den) + " s"; }
};

template <class Clock, class Duration>
struct layout<std::chrono::time_point<Clock, Duration>> : layout<Duration> {};

template <class T>
struct layout<std::optional<T>> {
  static std::string text() { return "optional " + layout_of<T>(); }
};

template <class T>
struct layout<std::vector<T>> {
  static std::string text() { return "list of " + layout_of<T>(); }
};

template <class Key, class Value, class Order>
struct layout<std::map<Key, Value, Order>> {
  static std::string text() { return "map of " + layout_of<Key>() + " to " + layout_of<Value>(); }
};

template <class First, class Second>
struct layout<std::pair<First, Second>> {
  static std::string text() { return "pair of " + layout_of<First>() + " and " + layout_of<Second>(); }
};

template <class T, std::size_t Size>
struct layout<std::array<T, Size>> {
  static std::string text() { return std::to_string(Size) + " of " + layout_of<T>(); }
};

template <class... Ts>
struct layout<std::variant<Ts...>> {
  static std::string text() {
    std::string all;
    ((all += (all.empty() ? "one of (" : " | ") + layout_of<Ts>()), ...);
    return all + ")";
  }
};

} // namespace kdb::test
