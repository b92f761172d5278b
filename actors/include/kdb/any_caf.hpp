// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message_handler.hpp>
#include <caf/response_promise.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <kdb/export.hpp>

/// Whether this is CAF 1, and not CAF 0.17. `CAF_VERSION` does not say it: CAF 1.1.0 has 0100 there.
#ifdef CAF_VERSION_MAJOR
#define KDB_CAF_1 1
#else
#define KDB_CAF_1 0
#endif

#if KDB_CAF_1
#include <caf/anon_mail.hpp>
#include <caf/error.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/timespan.hpp>
#include <caf/type_id.hpp>
#else
#include <caf/atom.hpp>
#include <caf/duration.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_nr.hpp>
#endif

// What CAF 0.17 and CAF 1 write differently, in one form that both compile. libkdb, its samples and its tests are written with it. A host
// that has one CAF can use that one's own form. See docs/caf.md.
namespace kdb {
inline namespace KDB_API v0 {

/// A handler in the typed interface of an actor: a request, and what it is answered with. Without an answer it is a message that wants none.
///
///     using archive_actor = caf::typed_actor<kdb::accepts<kdb::event_batch, std::uint64_t>>;
#if KDB_CAF_1
template <class Request, class Answer = void>
using accepts = caf::result<Answer>(Request);
#else
template <class Request, class Answer = void>
using accepts = typename caf::replies_to<Request>::template with<Answer>;
#endif

namespace any_caf {

// -- types of messages ----------------------------------------------------------------------

namespace detail {

template <std::size_t Index, class T>
struct item {};

template <class Indexes, class... Ts>
struct items;
template <std::size_t... Indexes, class... Ts>
struct items<std::index_sequence<Indexes...>, Ts...> : item<Indexes, Ts>... {};

template <class T, std::size_t Index>
std::integral_constant<std::size_t, Index> find(const item<Index, T>&);
template <std::size_t Index, class T>
std::type_identity<T> take(const item<Index, T>&);

/// The part of a list that is at `index`.
constexpr std::string_view name_at(std::string_view list, std::size_t index) {
  std::size_t begin = 0, depth = 0;
  for (std::size_t at = 0; at <= list.size(); ++at) {
    const auto now = at < list.size() ? list[at] : ',';
    depth += now == '<';
    depth -= now == '>';
    if (now != ',' || depth > 0)
      continue;
    if (index-- == 0) {
      while (list[begin] == ' ')
        ++begin;
      return list.substr(begin, at - begin);
    }
    begin = at + 1;
  }
  return {};
}

} // namespace detail

/// A list of types, each of them once.
template <class... Ts>
struct types : detail::items<std::index_sequence_for<Ts...>, Ts...> {
  static constexpr std::size_t size = sizeof...(Ts);
};

/// Whether a list has a type.
template <class T, class List>
concept one_of = requires(const List& list) {
  detail::find<T>(list);
};

namespace detail {

template <class T, class List>
inline constexpr std::size_t index_of = decltype(find<T>(std::declval<const List&>()))::value;
template <std::size_t Index, class List>
using type_at = typename decltype(take<Index>(std::declval<const List&>()))::type;

} // namespace detail

#if KDB_CAF_1

/// Numbers of the types of messages that belong to libkdb: a host's own begin at `caf::first_custom_type_id` or after these.
inline constexpr unsigned first_reserved_type_id = 1000, end_of_reserved_type_ids = 1500;

namespace detail {

template <class Block>
inline constexpr unsigned end_of = Block::first + Block::list::size;
template <class Block, caf::type_id_t Id>
inline constexpr bool has_id = static_cast<unsigned>(Id) >= Block::first&& static_cast<unsigned>(Id) < end_of<Block>;

/// Writes a message into CAF's log: as a text if it has one, else by its name.
template <class T>
void print(std::string& to, const void* message) {
  if constexpr (requires(const T& what) { to += to_string(what); })
    to += to_string(*static_cast<const T*>(message));
  else
    caf::detail::default_function::stringify<T>(to, message);
}

/// What CAF keeps of a type. It makes empty objects of messages from other processes only, and these types do not come from there: those that have
/// no empty object need none.
template <class T>
caf::detail::meta_object meta_object_of(std::string_view name) {
  namespace made = caf::detail::default_function;
  caf::detail::meta_object all{name,
                               caf::detail::padded_size_v<T>,
                               sizeof(T),
                               made::destroy<T>,
                               [](void*) { std::abort(); },
                               made::copy_construct<T>,
                               made::move_construct<T>,
                               made::save_binary<T>,
                               made::load_binary<T>,
                               made::save<T>,
                               made::load<T>,
                               print<T>};
  if constexpr (std::is_default_constructible_v<T>)
    all.default_construct = made::default_construct<T>;
  return all;
}

template <class Block, std::size_t... Indexes>
void init_block(std::index_sequence<Indexes...>) {
  const caf::detail::meta_object all[] = {
    meta_object_of<type_at<Indexes, typename Block::list>>(Block::template name_of<type_at<Indexes, typename Block::list>>())...};
  caf::detail::set_global_meta_objects(static_cast<caf::type_id_t>(Block::first), {all, sizeof...(Indexes)});
}

template <class Block>
void init_block() {
  init_block<Block>(std::make_index_sequence<Block::list::size>{});
}

} // namespace detail

#endif

} // namespace any_caf
} // namespace v0
} // namespace kdb

/// The numbers of types of messages, for CAF 1. `block` names a struct that has the `list` of types, the `first` of their numbers, and the name of
/// each. `KDB_MESSAGE_BLOCK` makes them messages that stay in their process, too: CAF is not told how to send them to another one.
#if KDB_CAF_1
#define KDB_MESSAGE_IDS(block)                                                                                                   \
  template <class T>                                                                                                             \
    requires ::kdb::any_caf::one_of<T, typename block::list>                                                                     \
  struct caf::type_id<T> {                                                                                                       \
    static constexpr auto value =                                                                                                \
      static_cast<caf::type_id_t>(block::first + ::kdb::any_caf::detail::index_of<T, typename block::list>);                     \
  };                                                                                                                             \
  template <class T>                                                                                                             \
    requires ::kdb::any_caf::one_of<T, typename block::list>                                                                     \
  struct caf::type_name<T> {                                                                                                     \
    static constexpr std::string_view value = block::name_of<T>();                                                               \
  };                                                                                                                             \
  template <caf::type_id_t Id>                                                                                                   \
    requires ::kdb::any_caf::detail::has_id<block, Id>                                                                           \
  struct caf::type_by_id<Id> {                                                                                                   \
    using type = ::kdb::any_caf::detail::type_at<static_cast<unsigned>(Id) - block::first, typename block::list>;                \
  };                                                                                                                             \
  template <caf::type_id_t Id>                                                                                                   \
    requires ::kdb::any_caf::detail::has_id<block, Id>                                                                           \
  struct caf::type_name_by_id<Id> : caf::type_name<typename caf::type_by_id<Id>::type> {};
#else
#define KDB_MESSAGE_IDS(block)
#endif
#define KDB_MESSAGE_BLOCK(block)                                                                                                 \
  template <class T>                                                                                                             \
    requires ::kdb::any_caf::one_of<T, typename block::list>                                                                     \
  struct caf::allowed_unsafe_message_type<T> : std::true_type {};                                                                \
  KDB_MESSAGE_IDS(block)

/// Declares a block of types of messages.
#define KDB_NAME_MESSAGES(block, first_id, ...)                                                                                  \
  namespace kdb_block {                                                                                                          \
  struct block {                                                                                                                 \
    using list = ::kdb::any_caf::types<__VA_ARGS__>;                                                                             \
    static constexpr unsigned first = first_id;                                                                                  \
    template <class T>                                                                                                           \
    static constexpr std::string_view name_of() {                                                                                \
      return ::kdb::any_caf::detail::name_at(#__VA_ARGS__, ::kdb::any_caf::detail::index_of<T, list>);                           \
    }                                                                                                                            \
  };                                                                                                                             \
  }

/// Makes types messages of actors, of the one process they are in: CAF is not told how to send them to another one. Outside of
/// namespaces. CAF 1 numbers them from `first` on, and wants `kdb::init_caf<kdb_block::name>()` before the actor system; CAF 0.17 does without.
///
///     KDB_ACTOR_MESSAGES(shop, 200, shop::place_order, shop::pay_order)
#define KDB_ACTOR_MESSAGES(block, first_id, ...)                                                                                 \
  KDB_NAME_MESSAGES(block, first_id, __VA_ARGS__)                                                                                \
  KDB_MESSAGE_BLOCK(kdb_block::block)

namespace kdb {
inline namespace KDB_API v0 {

/// Tells CAF 1 of the messages of libkdb. A program that has an actor system of its own calls it before it makes the system, as it calls
/// `caf::core::init_global_meta_objects`, which this does as well. Several times is fine. With CAF 0.17 it does nothing.
void init_caf();

/// The same, with the program's own messages: blocks that `KDB_ACTOR_MESSAGES` has made.
///
///     kdb::init_caf<kdb_block::shop>();
template <class Block, class... Blocks>
void init_caf() {
  init_caf();
#if KDB_CAF_1
  any_caf::detail::init_block<Block>();
  (any_caf::detail::init_block<Blocks>(), ...);
#endif
}

namespace any_caf {

// -- sending --------------------------------------------------------------------------------

/// The time that a request may take.
#if KDB_CAF_1
using timeout = caf::timespan;
#else
using timeout = caf::duration;
#endif

/// Sends a message that wants no answer. `self` is the pointer of an actor, or a `caf::scoped_actor`.
template <class Self, class Handle, class Message>
void send(const Self& self, const Handle& whom, Message&& message) {
#if KDB_CAF_1
  self->mail(std::forward<Message>(message)).send(whom);
#else
  self->send(whom, std::forward<Message>(message));
#endif
}

/// Sends a message from nobody.
template <class Handle, class Message>
void anon_send(const Handle& whom, Message&& message) {
#if KDB_CAF_1
  caf::anon_mail(std::forward<Message>(message)).send(whom);
#else
  caf::anon_send(whom, std::forward<Message>(message));
#endif
}

/// Sends a message to the actor itself after a pause.
template <class Self, class Pause, class Message>
void send_later(const Self& self, Pause pause, Message&& message) {
#if KDB_CAF_1
  self->mail(std::forward<Message>(message)).delay(pause).send(self);
#else
  self->delayed_send(self, pause, std::forward<Message>(message));
#endif
}

/// Sends a request. Returns what CAF's own form does: an actor says `.then(...)` or `.await(...)`, a scoped actor `.receive(...)`.
template <class Self, class Handle, class Timeout, class Message>
auto request(const Self& self, const Handle& whom, Timeout at_most, Message&& message) {
#if KDB_CAF_1
  return self->mail(std::forward<Message>(message)).request(whom, at_most);
#else
  return self->request(whom, at_most, std::forward<Message>(message));
#endif
}

/// Has another actor answer the present request.
template <class Self, class Handle, class Message>
auto delegate(const Self& self, const Handle& whom, Message&& message) {
#if KDB_CAF_1
  return self->mail(std::forward<Message>(message)).delegate(whom);
#else
  return self->delegate(whom, std::forward<Message>(message));
#endif
}

/// Fulfils a promise whose answer is nothing.
template <class Promise>
void deliver_nothing(Promise& promise) {
#if KDB_CAF_1
  promise.deliver();
#else
  static_cast<caf::response_promise&>(promise).deliver(caf::unit);
#endif
}

// -- systems ----------------------------------------------------------------------------------

/// Chooses the scheduler: `sharing` wakes an idle system faster, `stealing` moves more between busy actors. Without `threads` it has as many
/// as CAF thinks right.
inline void use_scheduler(caf::actor_system_config& config, const std::string& policy, std::size_t threads = 0) {
#if KDB_CAF_1
  config.set("caf.scheduler.policy", policy);
  if (threads > 0)
    config.set("caf.scheduler.max-threads", threads);
#else
  config.set("scheduler.policy", caf::atom_from_string(policy));
  if (threads > 0)
    config.set("scheduler.max-threads", threads);
#endif
}

// -- actors -----------------------------------------------------------------------------------

/// The state of a `caf::stateful_actor`.
template <class Self>
auto& state_of(Self* self) {
#if KDB_CAF_1
  return self->state();
#else
  return self->state;
#endif
}

/// Tells an actor when others end. An actor has one of them, which it keeps for as long as it lives.
class monitoring {
public:
  monitoring() = default;
  /// `handler` is called for each actor that has ended.
  template <class Handler>
  monitoring(caf::scheduled_actor* self, Handler handler) : self_{self} {
#if KDB_CAF_1
    handler_ = std::move(handler);
#else
    self->set_down_handler(std::move(handler));
#endif
  }

  /// Watches an actor. The end of one that has ended already is told, too.
  template <class Handle>
  void watch(const Handle& whom) const {
#if KDB_CAF_1
    if (const auto alive = caf::actor_cast<caf::strong_actor_ptr>(whom))
      self_->monitor(alive, [address = caf::actor_cast<caf::actor_addr>(alive), handler = handler_](const caf::error& reason) {
        caf::down_msg ended{address, reason};
        handler(ended);
      });
#else
    self_->monitor(whom);
#endif
  }

private:
  caf::scheduled_actor* self_ = nullptr;
#if KDB_CAF_1
  std::function<void(caf::down_msg&)> handler_;
#endif
};

/// A behavior, made of its handlers, or of one `caf::message_handler`, and of another one for `caf::exit_msg`.
template <class Behavior, class OnExit, class... Handlers>
Behavior behavior_with_exit([[maybe_unused]] caf::scheduled_actor* self, OnExit on_exit, Handlers... handlers) {
#if KDB_CAF_1
  auto exits = [on_exit = std::move(on_exit)](caf::exit_msg& message) { on_exit(message); };
  if constexpr ((std::is_same_v<Handlers, caf::message_handler> && ...))
    return Behavior{(handlers.or_else(exits), ...)};
  else
    return Behavior{std::move(handlers)..., std::move(exits)};
#else
  self->set_exit_handler(std::move(on_exit));
  return Behavior{std::move(handlers)...};
#endif
}

} // namespace any_caf
} // namespace v0
} // namespace kdb
