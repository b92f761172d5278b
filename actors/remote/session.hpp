// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include "actors/remote/messages.hpp"
#include "actors/remote/secrets.hpp"

namespace kdb::inline v0::remote {

struct session_parts {
  caf::actor client;
  caf::actor link; ///< The actor of the other process.
  bool accepts_secrets = false;
};

/// Stands for one portal: carries out its requests with the client, and passes on what readers, subscriptions, consumers and watches deliver,
/// as far as the portal has asked for it. Ends with the portal, and ends everything that it has started.
struct session_state {
  static inline const char* name = "kdb.session";

  /// Requests that run at the same time, and streams of messages, at most.
  static constexpr std::size_t most_requests = 65'536;
  /// Batches that a portal may ask for at once.
  static constexpr std::uint32_t most_credit = 64;

  explicit session_state(caf::event_based_actor* owner) : self{owner} {}
  ~session_state();

  caf::behavior start(session_parts parts);

  void on_frame(const std::string& bytes);
  void on_request(std::uint64_t id, decoder& in);
  /// Starts an operation of the list, in a file of its own: they take long to compile. Returns whether there is one of that name.
  bool run_operation(std::string_view operation, std::uint64_t id, decoder& in);
  bool open_stream(std::string_view request, std::uint64_t id, decoder& in);
  void on_credit(std::uint64_t id, decoder& in);
  void on_answer_events(std::uint64_t id, decoder& in);
  void on_cancel(std::uint64_t id);
  void on_relayed(const std::string& bytes, frame_kind kind, std::uint64_t id);

  /// Reads a request. Without a value it was refused.
  template <class Request>
  std::optional<Request> read_request(std::string_view operation, std::uint64_t id, decoder& in) {
    auto request = decoded_last<Request>(in);
    if (!request)
      return fail(id, bad_frame_error("the request " + std::string{operation})), std::nullopt;
    bool is_secret = has_password<Request>;
    if constexpr (kdb::detail::has_call<Request>)
      is_secret = is_secret || kdb::detail::call_of(*request).credentials;
    if (is_secret && !parts.accepts_secrets)
      return fail(id, clear_text_error(has_password<Request> ? "password" : "call.credentials")), std::nullopt;
    running.emplace(id, std::move(in.stop));
    return request;
  }

  template <class Request>
  void run(std::string_view operation, std::uint64_t id, decoder& in) {
    auto request = read_request<Request>(operation, id, in);
    if (!request)
      return;
    auto asked = any_caf::request(self, parts.client, caf::infinite, std::move(*request));
    const auto failed = [this, id](const caf::error& cause) { fail(id, error::from(cause)); };
    if constexpr (std::is_void_v<answer_of<Request>>)
      std::move(asked).then([this, id] { succeed(id, std::monostate{}); }, failed);
    else
      std::move(asked).then([this, id](const answer_of<Request>& answer) { succeed(id, answer); }, failed);
  }

  template <class Answer>
  void succeed(std::uint64_t id, const Answer& answer) {
    running.erase(id);
    auto frame = make_frame(frame_kind::answer, id, answer);
    if (frame.size() > largest_frame)
      fail(id, too_large_error("an answer", frame.size()));
    else
      tell(std::move(frame));
  }
  void fail(std::uint64_t id, const error& cause);
  void tell(std::string frame);
  /// Tells the portal why, and ends.
  void end(const error& cause);

  /// What a portal reads or follows.
  struct stream {
    std::variant<std::monostate, reader_actor, statistics_watcher_actor, subscription_actor, consumer_actor> source;
    caf::actor relay{}; ///< Takes what the source delivers; null for readers and watches.
    std::optional<std::stop_source> stop{};
    std::uint32_t asked = 0; ///< Answers that the source owes.
  };
  template <class Handle>
  void opened(std::uint64_t id, Handle source, caf::actor relay);
  template <class Request, class Handle>
  void open_reader(std::string_view name, std::uint64_t id, decoder& in);
  template <class Request, class Handle>
  void open_subscription(std::string_view name, std::uint64_t id, decoder& in);
  template <class Handle>
  void ask_next(std::uint64_t id, const Handle& source);
  template <class Request>
  void answer_consumer(const consumer_actor& consumer, std::uint64_t id, decoder& in);
  static void cancel_source(const stream& of);
  static void release(const stream& ended);

  caf::event_based_actor* self;
  any_caf::monitoring ends;
  session_parts parts;
  std::unordered_map<std::uint64_t, std::optional<std::stop_source>> running;
  std::unordered_map<std::uint64_t, stream> streams;
  bool ended = false;
};

caf::behavior session(caf::stateful_actor<session_state>* self, session_parts parts);

} // namespace kdb::inline v0::remote
