// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <utility>

#include "actors/remote/codec.hpp"
#include "libkdb/values/recorded_event_builder.hpp"
#include "libkdb/wire/batch_storage.hpp"

// Values of all types that travel between processes, with random members.
namespace kdb::test {

using random_source = std::mt19937_64;

inline std::size_t below(random_source& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>{0, end - 1}(random);
}

template <class T>
struct random_value;

template <class T>
T make_random(random_source& random) {
  return random_value<T>::make(random);
}

template <class T>
struct random_value {
  static T make(random_source& random) {
    T value{};
    remote::with_members(value,
                         [&](auto&... members) { ((members = make_random<std::decay_t<decltype(members)>>(random)), ...); });
    return value;
  }
};

template <class T>
  requires(std::is_arithmetic_v<T>)
struct random_value<T> {
  static T make(random_source& random) {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(random()) / 3;
    else
      return static_cast<T>(random() >> below(random, 64)); // Small numbers, too.
  }
};

template <>
struct random_value<bool> {
  static bool make(random_source& random) { return below(random, 2) == 1; }
};

template <class T>
  requires std::is_enum_v<T>
struct random_value<T> {
  static T make(random_source& random) { return static_cast<T>(below(random, 4)); }
};

template <>
struct random_value<std::string> {
  static std::string make(random_source& random) {
    std::string text(below(random, 20), '\0');
    for (auto& each : text)
      each = static_cast<char>(random());
    return text;
  }
};

template <class Rep, class Period>
struct random_value<std::chrono::duration<Rep, Period>> {
  static auto make(random_source& random) { return std::chrono::duration<Rep, Period>{make_random<std::int64_t>(random)}; }
};

template <class Clock, class Duration>
struct random_value<std::chrono::time_point<Clock, Duration>> {
  static auto make(random_source& random) { return std::chrono::time_point<Clock, Duration>{make_random<Duration>(random)}; }
};

template <class T>
struct random_value<std::optional<T>> {
  static std::optional<T> make(random_source& random) {
    return below(random, 2) == 0 ? std::nullopt : std::optional{make_random<T>(random)};
  }
};

template <class T>
struct random_value<std::vector<T>> {
  static std::vector<T> make(random_source& random) {
    std::vector<T> all;
    for (auto count = below(random, 4); count > 0; --count)
      all.push_back(make_random<T>(random));
    return all;
  }
};

template <class Key, class Value, class Order>
struct random_value<std::map<Key, Value, Order>> {
  static auto make(random_source& random) {
    std::map<Key, Value, Order> all;
    for (auto count = below(random, 3); count > 0; --count)
      all.emplace(make_random<Key>(random), make_random<Value>(random));
    return all;
  }
};

template <class First, class Second>
struct random_value<std::pair<First, Second>> {
  static std::pair<First, Second> make(random_source& random) {
    return {make_random<First>(random), make_random<Second>(random)};
  }
};

template <class T, std::size_t Size>
struct random_value<std::array<T, Size>> {
  static auto make(random_source& random) {
    std::array<T, Size> all;
    for (auto& each : all)
      each = make_random<T>(random);
    return all;
  }
};

template <class... Ts>
struct random_value<std::variant<Ts...>> {
  static std::variant<Ts...> make(random_source& random) {
    const auto index = below(random, sizeof...(Ts));
    std::variant<Ts...> value;
    std::size_t at = 0;
    ((at++ == index ? void(value = make_random<Ts>(random)) : void()), ...);
    return value;
  }
};

template <>
struct random_value<std::monostate> {
  static std::monostate make(random_source&) { return {}; }
};

template <>
struct random_value<std::nullptr_t> {
  static std::nullptr_t make(random_source&) { return nullptr; }
};

template <>
struct random_value<uuid> {
  static uuid make(random_source& random) {
    uuid id{};
    for (auto& each : id)
      each = static_cast<std::uint8_t>(random());
    return id;
  }
};

template <>
struct random_value<stream_state> {
  static stream_state make(random_source& random) {
    const stream_state all[] = {stream_state::any, stream_state::no_stream, stream_state::exists,
                                stream_state::revision(random() >> below(random, 64))};
    return all[below(random, 4)];
  }
};

template <>
struct random_value<stream_position> {
  static stream_position make(random_source& random) {
    const stream_position all[] = {stream_start, stream_end, stream_position{stream_revision{random()}}};
    return all[below(random, 3)];
  }
};

template <>
struct random_value<all_position> {
  static all_position make(random_source& random) {
    const all_position all[] = {all_start, all_end, all_position{log_position{random(), random()}}};
    return all[below(random, 3)];
  }
};

template <>
struct random_value<event_filter> {
  static event_filter make(random_source& random) {
    const auto name = "name" + std::to_string(random());
    event_filter all[] = {event_filter::type_prefixes({name, "b"}),
                          event_filter::type_regex(name),
                          event_filter::stream_prefixes({name}),
                          event_filter::stream_regex("^" + name),
                          event_filter::exclude_system_events(),
                          event_filter::category_index(name),
                          event_filter::user_index("countries", {{"country", name}})};
    auto& filter = all[below(random, std::size(all))];
    if (!filter.is_index() && below(random, 2) == 0)
      filter.window(1 + static_cast<std::uint32_t>(below(random, 1000))).checkpoint_interval(7);
    return filter;
  }
};

template <>
struct random_value<property_value> {
  static property_value make(random_source& random) {
    switch (below(random, 7)) {
      case 0: return nullptr;
      case 1: return make_random<bool>(random);
      case 2: return make_random<double>(random);
      case 3: return make_random<property_value::list>(random);
      case 4: return make_random<property_value::object>(random);
      default: return make_random<std::string>(random);
    }
  }
};

template <>
struct random_value<credentials> {
  static credentials make(random_source& random) {
    return below(random, 2) == 0 ? credentials::basic("user", make_random<std::string>(random))
                                 : credentials::bearer(make_random<std::string>(random));
  }
};

template <>
struct random_value<outcome> {
  static outcome make(random_source& random) {
    return below(random, 2) == 0 ? outcome::ack() : outcome::nack(make_random<nack_action>(random), "reason");
  }
};

template <>
struct random_value<std::stop_token> {
  static std::stop_token make(random_source&) { return {}; }
};

template <>
struct random_value<subscriber> {
  static subscriber make(random_source&) { return {}; }
};

template <>
struct random_value<event_batch> {
  static const recorded_event* event(random_source& random, batch_storage& into) {
    const auto text = [&] {
      const auto bytes = make_random<std::string>(random);
      const auto kept = into.reserve(bytes.size());
      std::copy(bytes.begin(), bytes.end(), kept.begin());
      return std::string_view{kept.data(), kept.size()};
    };
    recorded_event_builder built;
    built.stream(text());
    into.keep(recorded_event{}); // So that the bytes stay when others follow.
    built.type(text());
    into.keep(recorded_event{});
    built.data(text());
    into.keep(recorded_event{});
    built.metadata(text());
    built.id(make_random<uuid>(random))
      .revision(make_random<stream_revision>(random))
      .position(make_random<log_position>(random))
      .created(make_random<std::int64_t>(random))
      .content_type(make_random<bool>(random) ? content_type::json : content_type::binary);
    return into.keep(built.build());
  }
  static event_batch of_events(random_source& random, std::size_t count, bool only_events) {
    const auto storage = std::make_shared<batch_storage>(batch_storage::expectation{});
    for (; count > 0; --count) {
      switch (below(random, only_events ? 3 : 7)) {
        case 0: storage->push(resolved_event{event(random, *storage), nullptr}); break;
        case 1: storage->push(resolved_event{event(random, *storage), event(random, *storage)}); break;
        case 2: storage->push(resolved_event{nullptr, event(random, *storage)}); break;
        case 3: storage->push(make_random<checkpoint>(random)); break;
        case 4: storage->push(make_random<caught_up>(random)); break;
        case 5: storage->push(make_random<fell_behind>(random)); break;
        default: storage->push(make_random<stream_bounds>(random)); break;
      }
    }
    return event_batch{storage};
  }
  static event_batch make(random_source& random) { return of_events(random, below(random, 5), false); }
};

template <>
struct random_value<event_list> {
  static event_list make(random_source& random) {
    event_list::builder built{1 << 20};
    static_cast<void>(built.add(make_random<event_batch>(random)));
    return built.finish();
  }
};

template <>
struct random_value<consumer_batch> {
  static consumer_batch make(random_source& random) {
    const auto count = below(random, 4);
    std::vector<std::uint32_t> retries(count, 3);
    return {random_value<event_batch>::of_events(random, count, true), std::move(retries), random()};
  }
};

} // namespace kdb::test
