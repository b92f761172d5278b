// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message_handler.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/remote/messages.hpp"
#include "actors/remote/secrets.hpp"

namespace kdb::inline v0::remote {

struct portal_parts {
  caf::actor gateway;
  std::string peer;           ///< "host:port", for errors.
  bool sends_secrets = false; ///< Over TLS, or because clear text is allowed.
};

/// Stands for a client of another process, with the same interface. Every request becomes a frame, and every frame of the session an answer, or
/// a message to the actor that stands for a reader, a subscription, a consumer or a watch.
struct portal_state {
  static inline const char* name = "kdb.portal";

  /// The other process answers at the deadline. If it does not, the portal does, so much later.
  static constexpr std::chrono::milliseconds grace{500};

  explicit portal_state(caf::event_based_actor* owner) : self{owner} {}
  ~portal_state();

  caf::behavior start(portal_parts parts);
  /// Handlers of all operations, in a file of their own: they take long to compile.
  caf::message_handler operation_handlers();

  template <class Request>
  caf::result<answer_of<Request>> on_operation(std::string_view operation, Request& request) {
    auto frame = begin_request(operation, request);
    if (!frame)
      return refusal<Request>(std::move(frame.error()));
    std::optional<std::chrono::milliseconds> deadline;
    if constexpr (kdb::detail::has_call<Request> && !std::is_same_v<Request, append_in_parts>) // Its deadline is of each part.
      deadline = kdb::detail::call_of(request).deadline;
    else if constexpr (requires { request.timeout; })
      deadline = request.timeout;
    expect(pending_request{.answer = self->make_response_promise(),
                           .is_write = !only_reads(operation),
                           .deliver = &deliver<answer_of<Request>>,
                           .client = caf::actor{self},
                           .reports_failures = std::is_same_v<answer_of<Request>, append_in_parts_result>},
           deadline);
    if constexpr (kdb::detail::has_call<Request>)
      watch(kdb::detail::call_of(request).stop);
    tell(std::move(*frame));
    return caf::delegated<answer_of<Request>>{};
  }

  /// Starts a stream of messages. `begin` makes its actor when the session has begun to send.
  template <class Handle, class Request>
  caf::result<Handle> on_open(std::string_view request_name, Request& request,
                              std::function<caf::strong_actor_ptr(std::uint64_t)> begin, bool lives_by_itself) {
    auto frame = begin_request(request_name, request);
    if (!frame)
      return to_caf(std::move(frame.error()));
    expect(pending_request{.answer = self->make_response_promise(),
                           .is_write = false,
                           .deliver =
                             [this, id = last_id, begin = std::move(begin), lives_by_itself](caf::response_promise& promise,
                                                                                             decoder&) {
                               auto actor = begin(id);
                               streams.emplace(id, stream{caf::actor_cast<caf::weak_actor_ptr>(actor),
                                                          lives_by_itself ? actor : caf::strong_actor_ptr{}});
                               promise.deliver(caf::actor_cast<Handle>(std::move(actor)));
                               return true;
                             },
                           .client = caf::actor{self}},
           request.options.call.deadline);
    watch(request.options.call.stop);
    tell(std::move(*frame));
    return caf::delegated<Handle>{};
  }

  caf::result<reader_actor> on_read(std::string_view request_name, auto& request);
  caf::result<subscription_actor> on_subscribe(std::string_view request_name, auto& request, bool of_all);
  caf::result<consumer_actor> on_consume(consume& request);
  caf::result<statistics_watcher_actor> on_watch(watch_statistics& request);
  caf::result<ack_result> on_answer_events(answer_events& request);
  void on_observe(const observe& request);
  caf::result<void> on_close();
  caf::result<void> on_await();
  void on_opened();
  void on_lost(error cause);
  void on_frame(frame_arrived& frame);
  void on_answer(const frame_arrived& frame);
  void on_stream_over(std::uint64_t id);
  void on_stop(std::uint64_t id);
  void on_overdue(std::uint64_t id);
  void on_change(connection_change change);

  struct pending_request {
    caf::response_promise answer;
    bool is_write = false;
    /// Reads the answer and delivers it. Returns false for bytes that are no answer.
    std::function<bool(caf::response_promise&, decoder&)> deliver;
    caf::actor client;             ///< A host may let go of its handle while it waits: the request keeps the client.
    bool reports_failures = false; ///< The answer is a value even if the operation fails.
  };
  struct stream {
    caf::weak_actor_ptr actor;
    caf::strong_actor_ptr kept{}; ///< Of those that live without a handle.
  };

  template <class Answer>
  static bool deliver(caf::response_promise& promise, decoder& in) {
    if constexpr (std::is_void_v<Answer>) {
      any_caf::deliver_nothing(promise);
      return true;
    } else {
      auto answer = decoded_last<Answer>(in);
      if (!answer)
        return false;
      promise.deliver(std::move(*answer));
      return true;
    }
  }

  template <class Request>
  static caf::result<answer_of<Request>> refusal(error cause) {
    if constexpr (std::is_same_v<answer_of<Request>, append_in_parts_result>)
      return append_in_parts_result{.stopped = std::move(cause)};
    else
      return to_caf(std::move(cause));
  }

  /// The frame of a request, which gets the next id; or why it can't be sent.
  template <class Request>
  result<std::string> begin_request(std::string_view request_name, const Request& request) {
    auto out = begin_frame(frame_kind::request, ++last_id);
    out.text(request_name);
    encode(out, request);
    return checked(std::move(out), request_name, has_password<Request>);
  }
  result<std::string> checked(encoder out, std::string_view request_name, bool with_password) const;
  /// Keeps the request with the latest id.
  void expect(pending_request request, std::optional<std::chrono::milliseconds> deadline);
  /// Tells the other process when the caller stops the request with the latest id.
  void watch(const std::stop_token& stop);
  void fail(pending_request& request, error cause);
  void forget(std::uint64_t id);
  void tell(std::string frame);
  void tell_stream(std::uint64_t id, frame_arrived frame);
  void tell_observers(const connection_change& change);
  /// Answers everybody who waits, and ends all streams.
  void shut(const error& cause, bool is_closed);
  void quit_when_done();

  caf::event_based_actor* self;
  any_caf::monitoring ends;
  portal_parts parts;
  caf::actor link;
  std::uint64_t last_id = 0;
  std::unordered_map<std::uint64_t, pending_request> pending;
  std::unordered_map<std::uint64_t, stream> streams;
  std::unordered_map<std::uint64_t, std::unique_ptr<std::stop_callback<std::function<void()>>>> stops;
  std::vector<caf::actor> observers;
  std::optional<connection_change> last_change;
  bool observes = false; // The session sends changes.
  bool is_open = false;
  bool closing = false;
  std::optional<error> cause; // Of the end.
  caf::error exit_reason;
  std::vector<caf::typed_response_promise<void>> closers;
  std::vector<caf::typed_response_promise<void>> waiting; // Until it is open.
};

/// Untyped inside, like the client (docs/decisions/0023).
caf::behavior portal(caf::stateful_actor<portal_state>* self, portal_parts parts);

} // namespace kdb::inline v0::remote
