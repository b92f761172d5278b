// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>

#include <cstdint>
#include <string>
#include <utility>

#include "actors/remote/frame.hpp"
#include <kdb/actors.hpp>

// Messages between the actors of one process. Frames alone go to another one.
namespace kdb::inline v0::remote {

/// A frame has come, and its header was read.
struct frame_arrived {
  frame_kind kind{};
  std::uint64_t id = 0;
  std::string bytes; ///< The whole frame.
};

/// Sends a frame to the other process.
struct send_frame {
  std::string bytes;
};

/// The actor of a stream of messages has ended.
struct stream_over {
  std::uint64_t id = 0;
};

/// The portal has ended: an error, or closed in order.
struct portal_over {
  error cause;
  bool is_closed = false;
};

/// The gateway has ended, and its sessions end, too.
struct gateway_over {
  error cause;
};

/// The session is ready.
struct portal_opened {};

/// Waits until a portal can be used.
struct await_portal {};

/// The session is lost, or never began.
struct session_lost {
  error cause;
};

/// The caller has stopped an operation.
struct stop_wanted {
  std::uint64_t id = 0;
};

/// The deadline of an operation has passed, and the other process is silent.
struct answer_overdue {
  std::uint64_t id = 0;
};

/// Answers to events of a consumer, already encoded.
struct answer_events {
  std::uint64_t stream = 0;
  std::string name;
  std::string content;
};

/// The portal, as the actors of its streams see it. They do not keep it alive.
class portal_ref {
public:
  portal_ref() = default;
  explicit portal_ref(const caf::actor& portal) : portal_{caf::actor_cast<caf::weak_actor_ptr>(portal)} {}

  /// Null if it has ended.
  caf::strong_actor_ptr lock() const { return portal_.lock(); }
  /// Sends it a message, if it lives.
  template <class Message>
  void tell(Message message) const {
    if (const auto alive = lock())
      any_caf::anon_send(caf::actor_cast<caf::actor>(alive), std::move(message));
  }

private:
  caf::weak_actor_ptr portal_;
};

} // namespace kdb::inline v0::remote

KDB_ACTOR_MESSAGES(kdb_remote, 1450, kdb::remote::frame_arrived, kdb::remote::send_frame, kdb::remote::stream_over,
                   kdb::remote::portal_over, kdb::remote::gateway_over, kdb::remote::portal_opened, kdb::remote::await_portal,
                   kdb::remote::session_lost, kdb::remote::stop_wanted, kdb::remote::answer_overdue, kdb::remote::answer_events)
