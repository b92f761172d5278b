// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <optional>

#include "actors/runtime/protocol.hpp"
#include <kdb/event_list.hpp>

namespace kdb::inline v0 {

/// Reads one stream to its end and keeps everything, up to a limit. Lives for one read; ends when the one who asked does.
struct whole_reader_state {
  static inline const char* name = "kdb.whole_reader";

  explicit whole_reader_state(whole_reader_actor::pointer owner) : self{owner} {}
  /// Answers whoever still waits.
  ~whole_reader_state();

  whole_reader_actor::behavior_type start(untyped_client given);

  caf::result<event_list> on_read(read_stream_to_end& request);
  void ask();
  void arrived(event_batch& batch);
  void fail(error cause);

  whole_reader_actor::pointer self;
  any_caf::monitoring asker_end;
  untyped_client client;
  reader_actor source;
  std::optional<event_list::builder> all;
  caf::typed_response_promise<event_list> answer;
};

whole_reader_actor::behavior_type whole_reader(whole_reader_actor::stateful_pointer<whole_reader_state> self,
                                               untyped_client client);

} // namespace kdb::inline v0
