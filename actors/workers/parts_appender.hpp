// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <vector>

#include "actors/runtime/protocol.hpp"

namespace kdb::inline v0 {

/// Appends one list of events in parts, each when the one before is written. Lives for one list.
struct parts_appender_state {
  static inline const char* name = "kdb.parts_appender";

  explicit parts_appender_state(parts_appender_actor::pointer owner) : self{owner} {}
  /// Answers a waiting request with the progress so far.
  ~parts_appender_state();

  parts_appender_actor::behavior_type start(untyped_client given);

  caf::result<append_in_parts_result> on_append(append_in_parts& request);
  void append_next();
  void appended(const append_result& part);
  void stop(error cause);

  parts_appender_actor::pointer self;
  untyped_client client;
  append_in_parts list;
  std::vector<std::size_t> ends;
  append_in_parts_result done;
  caf::typed_response_promise<append_in_parts_result> answer;
};

parts_appender_actor::behavior_type parts_appender(parts_appender_actor::stateful_pointer<parts_appender_state> self,
                                                   untyped_client client);

} // namespace kdb::inline v0
