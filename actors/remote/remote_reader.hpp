// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <optional>

#include "actors/pulling/asked_batches.hpp"
#include "actors/remote/messages.hpp"

namespace kdb::inline v0::remote {

using remote_reader_self = reader_actor::extend<accepts<frame_arrived>, accepts<portal_over>>;
using remote_watcher_self = statistics_watcher_actor::extend<accepts<frame_arrived>, accepts<portal_over>>;

/// A reader of another process, as `reader_actor`. It keeps a few batches under way, no more than the reader itself.
struct remote_reader_state {
  static inline const char* name = "kdb.remote_reader";

  static constexpr std::uint32_t batches_ahead = 8;

  explicit remote_reader_state(remote_reader_self::pointer owner) : self{owner} {}
  ~remote_reader_state();

  remote_reader_self::behavior_type start(std::uint64_t id, portal_ref portal, const caf::strong_actor_ptr& owner);

  caf::result<event_batch> on_next();
  void on_frame(const frame_arrived& frame);
  void on_portal_over(const portal_over& over);
  void ask_for(std::uint32_t count);
  void serve();

  remote_reader_self::pointer self;
  any_caf::monitoring owner_end;
  std::uint64_t id = 0;
  portal_ref portal;
  std::uint32_t taken = 0; // Not asked for again yet.
  asked_batches batches;
};

/// A watch of statistics of another process.
struct remote_watcher_state {
  static inline const char* name = "kdb.remote_watcher";

  explicit remote_watcher_state(remote_watcher_self::pointer owner) : self{owner} {}
  ~remote_watcher_state();

  remote_watcher_self::behavior_type start(std::uint64_t id, portal_ref portal);

  caf::result<server_statistics> on_next();
  void on_frame(const frame_arrived& frame);
  void finish(error cause);

  remote_watcher_self::pointer self;
  std::uint64_t id = 0;
  portal_ref portal;
  std::deque<caf::typed_response_promise<server_statistics>> waiting;
  std::optional<error> end;
};

/// `owner` is the actor that started the read. The reader ends with it.
remote_reader_self::behavior_type remote_reader(remote_reader_self::stateful_pointer<remote_reader_state> self, std::uint64_t id,
                                                portal_ref portal, const caf::strong_actor_ptr& owner);
remote_watcher_self::behavior_type remote_watcher(remote_watcher_self::stateful_pointer<remote_watcher_state> self,
                                                  std::uint64_t id, portal_ref portal);

} // namespace kdb::inline v0::remote
