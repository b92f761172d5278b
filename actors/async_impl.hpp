#pragma once

#include <caf/send.hpp>

#include <memory>
#include <type_traits>
#include <utility>

#include <kdb/async_core.hpp>
#include <reply_desk.hpp>
#include <runtime.hpp>
#include <values/forks.hpp>

// What the operations of an `async_core` share.
namespace kdb::detail {

template <class Answer>
outcome_t<Answer> to_outcome(result<Answer> answer) {
  if constexpr (std::is_same_v<outcome_t<Answer>, append_in_parts_result>)
    return answer ? std::move(*answer) : append_in_parts_result{.stopped = std::move(answer.error())};
  else
    return answer;
}

struct async_core::impl {
  explicit impl(std::shared_ptr<runtime> given);
  /// The last handle is gone: what is pending ends with `closed`, and the runtime goes with the last of it.
  ~impl();

  /// Asks an actor; `done` gets a `result<Answer>`.
  template <class Answer, class Handle, class Request, class Done>
  void ask(const Handle& whom, Request request, Done done) const {
    if (auto why = running->refusal()) {
      done(result<Answer>{tl::unexpected{std::move(*why)}});
      return;
    }
    // The runtime has to stay for as long as anybody waits for an answer.
    desk->ask<Answer>(whom, std::move(request),
                      [running = running, done = std::move(done)](result<Answer> answer) mutable { done(std::move(answer)); });
  }

  /// Asks the client.
  template <class Answer, class Request>
  void ask(Request request, completion_ptr<Answer> done) const {
    ask<Answer>(running->client(), std::move(request),
                [done = std::move(done)](result<Answer> answer) { done->complete(to_outcome<Answer>(std::move(answer))); });
  }

  std::shared_ptr<runtime> running;
  std::shared_ptr<reply_desk> desk;
};

/// Makes the state of a reading, subscription or consumer. In a child of `fork` it is left behind with the parent's runtime.
template <class State, class... Args>
std::shared_ptr<State> make_state(Args&&... args) {
  return {new State(std::forward<Args>(args)...), [](State* state) {
            if (state->owner->running->inherited())
              leave_behind(std::shared_ptr<State>{state});
            else
              delete state;
          }};
}

/// Completes with a part of what comes.
template <class Whole, class Part>
struct part_of final : completion<Whole> {
  part_of(completion_ptr<Part> next, Part (*take)(Whole)) : done{std::move(next)}, take_part{take} {}
  void complete(result<Whole> outcome) override { done->complete(std::move(outcome).map(take_part)); }
  completion_ptr<Part> done;
  Part (*take_part)(Whole);
};

template <class Whole, class Part>
completion_ptr<Whole> mapped(completion_ptr<Part> done, Part (*take)(Whole)) {
  return std::make_shared<part_of<Whole, Part>>(std::move(done), take);
}

/// Completes without a value.
template <class Whole>
completion_ptr<Whole> without_value(completion_ptr<void> done) {
  struct dropping final : completion<Whole> {
    explicit dropping(completion_ptr<void> next) : done{std::move(next)} {}
    void complete(result<Whole> outcome) override {
      done->complete(std::move(outcome).map([](const Whole&) {}));
    }
    completion_ptr<void> done;
  };
  return std::make_shared<dropping>(std::move(done));
}

} // namespace kdb::detail
