#pragma once

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include <kdb/actors.hpp>
#include <policy/failure.hpp>
#include <worker_context.hpp>

namespace kdb {

/// When a request that has failed may be sent again.
struct retry_plan {
  policy::request_kind kind = policy::request_kind::write;
  /// Of a write: doing it twice is doing it once.
  bool idempotent = false;
  std::uint32_t times = 0;
  time_budget budget{};
};

/// Asks for the answer to the request.
struct try_it {};
/// A retrying actor to itself.
struct try_again {};

/// How whoever knows the answer's type sees a retrying actor, which is one type for all requests: a client has dozens of them.
template <class Answer>
using retrying_actor = caf::typed_actor<typename caf::replies_to<try_it>::template with<Answer>>;

/// The options of a request, wherever it has them.
template <class Request>
call_options& call_of(Request& what) {
  if constexpr (requires { what.options.call; })
    return what.options.call;
  else
    return what.call;
}

/// Sends one request to the client, and again while it fails, that is safe, and the plan allows it.
struct retrying_state {
  static inline const char* name = "kdb.retrying";

  /// Sends the request with that deadline. `succeed` or `fail` follows in any case.
  using attempt = std::function<void(retrying_state&, std::optional<std::chrono::milliseconds> deadline)>;

  explicit retrying_state(caf::event_based_actor* owner) : self{owner} {}
  ~retrying_state();

  caf::behavior start(attempt what, const retry_plan& how);
  void succeed(caf::message answer);
  void fail(error why);
  void try_now();

  caf::event_based_actor* self;
  attempt send;
  retry_plan plan;
  std::uint32_t tries = 0;
  bool unknown = false;
  caf::response_promise asker;
};

caf::behavior retrying(caf::stateful_actor<retrying_state>* self, retrying_state::attempt what, const retry_plan& plan);

/// Attempts at a request to the client.
template <class Answer, class Request>
retrying_state::attempt attempts_at(Request what, client_actor client) {
  call_of(what).retry = 0;
  return [what = std::move(what), client = std::move(client)](retrying_state& here,
                                                              std::optional<std::chrono::milliseconds> deadline) mutable {
    call_of(what).deadline = deadline;
    here.self->request(client, caf::infinite, what)
      .then([&here](Answer& answer) { here.succeed(caf::make_message(std::move(answer))); },
            [&here](const caf::error& why) { here.fail(error::from(why)); });
  };
}

} // namespace kdb

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::try_it)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kdb::try_again)
