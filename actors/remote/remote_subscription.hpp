// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "actors/remote/messages.hpp"

namespace kdb::inline v0::remote {

using remote_subscription_self = subscription_actor::extend<accepts<frame_arrived>, accepts<portal_over>>;
using remote_consumer_self = consumer_actor::extend<accepts<frame_arrived>, accepts<portal_over>>;
/// The portal, as a consumer asks it.
using events_answerer = caf::typed_actor<accepts<answer_events, ack_result>>;

/// What a subscription and a consumer have in common: an actor that takes batches, one at a time, and then the end.
template <class Self, class Batch>
struct delivery {
  explicit delivery(typename Self::pointer owner) : self{owner} {}

  void begin(std::uint64_t given_id, portal_ref given_portal, const caf::actor& given_subscriber);
  void on_frame(const frame_arrived& frame);
  void on_portal_over(const portal_over& over);
  caf::result<void> on_cancel();
  void deliver_next();
  void on_ended(subscription_ended told);
  void finish();
  /// The subscriber is told of the end, once.
  void tell_end();
  /// Ends it for a reason of this process. The session is told by the portal.
  void give_up(end_reason reason, error cause);

  typename Self::pointer self;
  any_caf::monitoring subscriber_end{};
  std::uint64_t id = 0;
  portal_ref portal{};
  caf::actor subscriber{};
  std::deque<Batch> ready{}; // As many as the relay lets go ahead.
  bool of_all = false;       // A subscription to $all.
  bool delivering = false;
  bool stopped = false; // Cancelled, or the subscriber has failed: only the end is still delivered.
  last_delivered handed{};
  std::optional<subscription_ended> end{};
  bool told = false;
  std::vector<caf::typed_response_promise<void>> cancellers{};
};

/// A subscription of another process, as `subscription_actor`.
struct remote_subscription_state {
  static inline const char* name = "kdb.remote_subscription";

  explicit remote_subscription_state(remote_subscription_self::pointer owner) : deliveries{owner} {}
  ~remote_subscription_state();

  delivery<remote_subscription_self, event_batch> deliveries;
};

/// A consumer of another process, as `consumer_actor`.
struct remote_consumer_state {
  static inline const char* name = "kdb.remote_consumer";

  explicit remote_consumer_state(remote_consumer_self::pointer owner) : deliveries{owner} {}
  ~remote_consumer_state();

  template <class Request>
  caf::result<ack_result> answer(const char* request_name, const Request& request);

  delivery<remote_consumer_self, consumer_batch> deliveries;
};

remote_subscription_self::behavior_type remote_subscription(
  remote_subscription_self::stateful_pointer<remote_subscription_state> self, std::uint64_t id, portal_ref portal,
  const caf::actor& subscriber, bool of_all);
remote_consumer_self::behavior_type remote_consumer(remote_consumer_self::stateful_pointer<remote_consumer_state> self,
                                                    std::uint64_t id, portal_ref portal, const caf::actor& subscriber);

} // namespace kdb::inline v0::remote
