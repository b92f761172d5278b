// SPDX-License-Identifier: Apache-2.0
#include "actors/runtime/reply_desk.hpp"

namespace kdb::inline v0::detail {

std::shared_ptr<reply_desk> reply_desk::open(caf::actor_system& system) {
  return any_caf::make_direct_actor<reply_desk>(system);
}

void reply_desk::send(const caf::strong_actor_ptr& whom, caf::message request, std::unique_ptr<waiting> handler) {
  std::uint64_t number = 0;
  {
    std::lock_guard lock{mutex_};
    number = ++last_;
    open_.emplace(number, std::move(handler));
  }
  any_caf::enqueue(whom, caf::strong_actor_ptr{ctrl()}, caf::make_message_id(number), std::move(request));
}

bool reply_desk::receive(caf::mailbox_element& element) {
  if (!element.mid.is_response())
    return true; // Nobody has reason to send it anything else.
  std::unique_ptr<waiting> handler;
  {
    std::lock_guard lock{mutex_};
    if (auto found = open_.extract(element.mid.request_id().integer_value()))
      handler = std::move(found.mapped());
  }
  if (handler)
    handler->answered(element.content());
  return true;
}

} // namespace kdb::inline v0::detail
