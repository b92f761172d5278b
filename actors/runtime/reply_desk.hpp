// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "actors/runtime/caf_parts.hpp"
#include <kdb/actors.hpp>
#include <kdb/result.hpp>

namespace kdb::inline v0::detail {

/// Sends requests for callers that are not actors, and passes each answer to its handler, on the thread of the answering actor.
/// It finds the handler in constant time; other actors of CAF 0.17 search all their open requests for every answer. From any
/// thread.
class reply_desk final : public any_caf::direct_actor {
public:
  /// The desk of a system; it lives as long as the handle, or until the last answer.
  static std::shared_ptr<reply_desk> open(caf::actor_system& system);

  explicit reply_desk(caf::actor_config& config) : any_caf::direct_actor{config} {}

  /// Sends a request. `done` is called once with a `result<Answer>`: our actors answer in every case.
  template <class Answer, class Handle, class Request, class Done>
  void ask(const Handle& whom, Request request, Done done) {
    send(caf::actor_cast<caf::strong_actor_ptr>(whom), caf::make_message(std::move(request)),
         std::make_unique<open_request<Answer, Done>>(std::move(done)));
  }

  const char* name() const override { return "kdb.reply_desk"; }

private:
  bool receive(caf::mailbox_element& element) override;

  struct waiting {
    virtual ~waiting() = default;
    virtual void answered(any_caf::content& answer) = 0;
  };

  template <class Answer, class Done>
  struct open_request final : waiting {
    explicit open_request(Done given) : done{std::move(given)} {}
    void answered(any_caf::content& answer) override { done(read<Answer>(answer)); }
    Done done;
  };

  template <class Answer>
  static result<Answer> read(any_caf::content& answer) {
    if (answer.match_elements<caf::error>())
      return unexpected{error::from(answer.get_as<caf::error>(0))};
    if constexpr (std::is_void_v<Answer>)
      return {};
    else if (answer.match_elements<Answer>())
      return std::move(answer.get_mutable_as<Answer>(0));
    else
      return unexpected(errc::internal, "an actor gave an answer of another type");
  }

  void send(const caf::strong_actor_ptr& whom, caf::message request, std::unique_ptr<waiting> handler);

  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<waiting>> open_;
};

} // namespace kdb::inline v0::detail
