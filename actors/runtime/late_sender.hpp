// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include <utility>

#include "actors/runtime/caf_parts.hpp"

namespace kdb::inline v0 {

/// Sends messages to an actor from any thread, as long as the actor lives, without keeping it alive.
class late_sender {
public:
  template <class Self>
  explicit late_sender(Self* self) : target_{self->ctrl()} {}

  template <class Message>
  void operator()(Message message) const {
    if (auto alive = target_.lock())
      any_caf::enqueue(alive, nullptr, caf::make_message_id(), caf::make_message(std::move(message)));
  }

private:
  caf::weak_actor_ptr target_;
};

} // namespace kdb::inline v0
