// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>

#include "actors/pulling/asked_batches.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/stop_watch.hpp"
#include "actors/runtime/stream_signals.hpp"
#include "actors/workers/worker_context.hpp"

namespace kdb::inline v0 {

/// The request of a reader.
struct read_plan {
  wire::read_request request;
  call_options call;
};

/// One read. Keeps a few batches ready, and lets the server send no more than these.
struct reader_state {
  static inline const char* name = "kdb.reader";

  /// Batches under way or ready, at most. Each holds up to 256 events or 256 KiB, or one event above that.
  static constexpr std::size_t batches_ahead = 8;

  explicit reader_state(reader_self::pointer owner) : self{owner}, stops{owner} {}
  ~reader_state();

  reader_self::behavior_type start(read_plan plan, worker_context_ptr context, caf::strong_actor_ptr owner);

  void find_node();
  void begin_call(const node_ptr& found);
  caf::result<event_batch> give_next();
  void arrived(event_batch batch);
  void on_read_ended(read_ended& message);
  void on_stop_due();

  void failed(error cause);
  void serve();
  /// A batch goes to whoever asked for it: the server may send another one.
  void taken(const event_batch& batch);

  reader_self::pointer self;
  any_caf::monitoring owner_end;
  read_plan plan;
  worker_context_ptr context;
  stop_watch stops;
  stop_watch::watched stop;
  observation seen;
  stream_signals signs;
  policy::time_budget budget;
  node_ptr current;
  std::uint64_t call_number = 0; // Messages of an earlier call are late.
  std::unique_ptr<rpc::read_call> call;
  bool begun = false; // A batch has come.
  std::uint32_t retries = 0;
  asked_batches batches;
};

/// `owner` is the actor that started the read. The reader ends with it.
reader_self::behavior_type reader(reader_self::stateful_pointer<reader_state> self, read_plan plan, worker_context_ptr context,
                                  caf::strong_actor_ptr owner);

} // namespace kdb::inline v0
