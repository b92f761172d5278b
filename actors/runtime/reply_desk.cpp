// SPDX-License-Identifier: Apache-2.0
#include "actors/runtime/reply_desk.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/make_actor.hpp>
#include <caf/message.hpp>

namespace kdb::inline v0::detail {

std::shared_ptr<reply_desk> reply_desk::open(caf::actor_system& system) {
  caf::actor_config config;
  auto owner = caf::make_actor<reply_desk, caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system, config);
  auto* const desk = static_cast<reply_desk*>(caf::actor_cast<caf::abstract_actor*>(owner));
  return {desk, [owner = std::move(owner)](reply_desk*) {}};
}

void reply_desk::send(const caf::strong_actor_ptr& whom, caf::message request, std::unique_ptr<waiting> handler) {
  std::uint64_t number = 0;
  {
    std::lock_guard lock{mutex_};
    number = ++last_;
    open_.emplace(number, std::move(handler));
  }
  whom->enqueue(caf::strong_actor_ptr{ctrl()}, caf::make_message_id(number), std::move(request), nullptr);
}

void reply_desk::enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) {
  if (!element->mid.is_response())
    return;
  std::unique_ptr<waiting> handler;
  {
    std::lock_guard lock{mutex_};
    if (auto found = open_.extract(element->mid.request_id().integer_value()))
      handler = std::move(found.mapped());
  }
  if (handler)
    handler->answered(element->content());
}

} // namespace kdb::inline v0::detail
