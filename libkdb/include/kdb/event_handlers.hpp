// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <kdb/consume.hpp>
#include <kdb/error.hpp>
#include <kdb/event.hpp>
#include <kdb/event_batch.hpp>
#include <kdb/export.hpp>
#include <kdb/result.hpp>
#include <kdb/typed_events.hpp>

// Calls the function for the type of an event. Optional, as `kdb/typed_events.hpp`.
namespace kdb {
inline namespace KDB_API v0 {
namespace detail {

/// The parameters and the return type of a function.
template <class R, class... Arguments>
struct signature {
  using returned = R;
  template <std::size_t At>
  using argument = std::remove_cvref_t<std::tuple_element_t<At, std::tuple<Arguments..., void, void>>>;
  static constexpr std::size_t arguments = sizeof...(Arguments);
};
struct no_signature {};

template <class R, class... A>
signature<R, A...> signature_of(R (*)(A...));
template <class F, class R, class... A>
signature<R, A...> signature_of(R (F::*)(A...));
template <class F, class R, class... A>
signature<R, A...> signature_of(R (F::*)(A...) const);
template <class F, class R, class... A>
signature<R, A...> signature_of(R (F::*)(A...) noexcept);
template <class F, class R, class... A>
signature<R, A...> signature_of(R (F::*)(A...) const noexcept);

template <class Handler>
auto find_signature() {
  if constexpr (requires(Handler handler) { signature_of(handler); })
    return decltype(signature_of(std::declval<Handler>())){};
  else if constexpr (requires { signature_of(&Handler::operator()); })
    return decltype(signature_of(&Handler::operator())){};
  else
    return no_signature{};
}

/// The kind of a handler.
enum class handler_role : unsigned char { events, unknown, broken, none };

template <class Handler>
struct handler_traits {
  using signature = decltype(find_signature<Handler>());

  static constexpr handler_role role = [] {
    if constexpr (!std::is_same_v<signature, no_signature>) {
      using first = typename signature::template argument<0>;
      using second = typename signature::template argument<1>;
      constexpr bool takes_event = signature::arguments == 2 && std::is_same_v<second, resolved_event>;
      if constexpr (signature::arguments == 1 && std::is_same_v<first, resolved_event>)
        return handler_role::unknown;
      else if constexpr (takes_event && std::is_same_v<first, kdb::error>)
        return handler_role::broken;
      else if constexpr (typed_event<first> && (signature::arguments == 1 || takes_event))
        return handler_role::events;
    }
    return handler_role::none;
  }();

  static_assert(
    role != handler_role::none,
    "a handler takes a type that has an event_schema, and maybe the resolved_event; or a resolved_event alone, for unknown "
    "events; or a kdb::error and the resolved_event, for broken events. It is no template and not overloaded");

  static constexpr std::string_view type = [] {
    if constexpr (role == handler_role::events)
      return schema_of<typename signature::template argument<0>>.type();
    else
      return std::string_view{};
  }();
};

/// The value type that a handler returns, or that of its `result`. `unexpected` matches every type.
template <class T>
struct answer_in {
  using type = T;
};
template <class T>
struct answer_in<result<T>> {
  using type = T;
};

template <class... Handlers>
struct common_answer {
  using type = void;
};
template <class First, class... Others>
struct common_answer<First, Others...> {
  using returned = typename handler_traits<First>::signature::returned;
  using type =
    typename std::conditional_t<std::is_same_v<returned, unexpected>, common_answer<Others...>, answer_in<returned>>::type;
};

template <class Handler, class Answer>
inline constexpr bool answers_with =
  std::is_same_v<typename handler_traits<Handler>::signature::returned, unexpected> ||
  std::is_same_v<typename answer_in<typename handler_traits<Handler>::signature::returned>::type, Answer>;

template <class... Handlers>
constexpr bool names_differ() {
  std::array<std::string_view, sizeof...(Handlers) + 1> names{handler_traits<Handlers>::type...};
  std::ranges::sort(names);
  const auto first = std::ranges::find_if_not(names, &std::string_view::empty);
  return std::adjacent_find(first, names.end()) == names.end();
}

template <handler_role Role, class... Handlers>
inline constexpr std::size_t handlers_for = (std::size_t{handler_traits<Handlers>::role == Role} + ... + 0);

} // namespace detail

/// A handler for events that no other handler takes, which include broken links and system events: refuses them with `protocol_error`.
inline constexpr auto refuse_unknown = [](const resolved_event& event) {
  return detail::can_not_decode(event, "there is no handler for its type");
};

/// Calls the handler for the type of an event: `kdb::event_handlers handlers{[&](const order_placed& order) { … }, …};`, then
/// `handlers(event)`.
///
/// A handler takes a type with a schema, and optionally the `const kdb::resolved_event&` as a second parameter. An event is passed to the
/// handler for its type name.
/// - An event of a type without a handler goes to the handler that takes a `const kdb::resolved_event&` alone, such as `refuse_unknown`. Without one it is
///   skipped. Links that were not resolved, and broken links, are such events.
/// - An event that can't be decoded goes to the handler that takes a `const kdb::error&` and the `const kdb::resolved_event&`. Without
///   one, the error of `from_event` is returned.
///
/// All handlers return the same type: nothing, a value, or a `result`. If it is a value, there must be a handler for unknown events.
/// Exceptions of handlers are not caught. For one thread at a time.
template <class... Handlers>
class event_handlers {
public:
  /// What the handlers return.
  using answer = typename detail::common_answer<Handlers...>::type;

  /// Constructs the handlers from functions.
  explicit event_handlers(Handlers... handlers) : handlers_{std::move(handlers)...} {}

  /// Handles one event.
  result<answer> operator()(const resolved_event& event) { return find<0>(event); }

  /// Handles the events of a batch, one after the other, until one fails.
  result<void> operator()(const event_batch& batch) requires std::is_void_v<answer> {
    for (const auto& event : batch.events())
      if (auto done = (*this)(event); !done)
        return done;
    return {};
  }

  /// Handles the events of a group, one after the other. An event is acknowledged unless its handler returns another `outcome`; it is parked, with the
  /// error as the reason, if it can't be decoded or if its handler fails.
  batch_outcomes operator()(const consumer_batch& batch) requires(std::is_void_v<answer> || std::is_same_v<answer, outcome>) {
    batch_outcomes outcomes;
    for (const auto consumed : batch) {
      auto done = (*this)(consumed.event);
      if (!done)
        outcomes.each.push_back(outcome::nack(nack_action::park, done.error().message));
      else if constexpr (std::is_void_v<answer>)
        outcomes.each.push_back(outcome::ack());
      else
        outcomes.each.push_back(*std::move(done));
    }
    return outcomes;
  }

  /// The type names for which there is a handler, for `event_filter::include_types`.
  static std::vector<std::string> types() {
    std::vector<std::string> names;
    for (const auto name : {std::string_view{}, detail::handler_traits<Handlers>::type...})
      if (!name.empty())
        names.emplace_back(name);
    return names;
  }

private:
  static constexpr std::size_t for_unknown = detail::handlers_for<detail::handler_role::unknown, Handlers...>;
  static constexpr std::size_t for_broken = detail::handlers_for<detail::handler_role::broken, Handlers...>;
  static_assert(detail::names_differ<Handlers...>(), "two handlers take events of the same type name");
  static_assert(for_unknown <= 1 && for_broken <= 1, "there is one handler for unknown and one for broken events");
  static_assert((detail::answers_with<Handlers, answer> && ...), "all handlers return the same type");
  static_assert(std::is_void_v<answer> || for_unknown == 1, "handlers that return a value need one for unknown events");

  template <std::size_t At>
  using traits = detail::handler_traits<std::tuple_element_t<At, std::tuple<Handlers...>>>;

  template <detail::handler_role Role>
  static constexpr std::size_t place_of() {
    const std::array roles{detail::handler_traits<Handlers>::role..., Role};
    return static_cast<std::size_t>(std::ranges::find(roles, Role) - roles.begin());
  }

  template <std::size_t At>
  result<answer> find(const resolved_event& event) {
    if constexpr (At == sizeof...(Handlers)) {
      return unknown(event);
    } else {
      if constexpr (traits<At>::role == detail::handler_role::events)
        if (event.type() == traits<At>::type)
          return decode_for<At>(event);
      return find<At + 1>(event);
    }
  }

  template <std::size_t At>
  result<answer> decode_for(const resolved_event& event) {
    using signature = typename traits<At>::signature;
    auto value = detail::decode<typename signature::template argument<0>>(event);
    if (!value)
      return broken(value.error(), event);
    if constexpr (signature::arguments == 1)
      return call<At>(*std::move(value));
    else
      return call<At>(*std::move(value), event);
  }

  result<answer> unknown(const resolved_event& event) {
    if constexpr (for_unknown == 1)
      return call<place_of<detail::handler_role::unknown>()>(event);
    else
      return {};
  }

  result<answer> broken(const kdb::error& error, const resolved_event& event) {
    if constexpr (for_broken == 1)
      return call<place_of<detail::handler_role::broken>()>(error, event);
    else
      return unexpected{error};
  }

  template <std::size_t At, class... Arguments>
  result<answer> call(Arguments&&... arguments) {
    auto& handler = std::get<At>(handlers_);
    if constexpr (std::is_void_v<typename traits<At>::signature::returned>) {
      handler(std::forward<Arguments>(arguments)...);
      return {};
    } else {
      return handler(std::forward<Arguments>(arguments)...);
    }
  }

  std::tuple<Handlers...> handlers_;
};

} // namespace v0
} // namespace kdb
