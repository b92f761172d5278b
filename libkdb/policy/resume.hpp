// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "libkdb/policy/retry_budget.hpp"
#include <kdb/event_batch.hpp>
#include <kdb/subscribe.hpp>

namespace kdb::inline v0::policy {

/// The start of the next call after this item, if it was `start` before. Events (for links, the link) and checkpoints move it.
/// caught_up moves it too: it tells a subscription from the end where the end was, so that resuming misses nothing even before
/// the first event. The start never moves back.
stream_position next_start(stream_position start, const batch_item& item);
all_position next_start(all_position start, const batch_item& item);

/// The same for all items of a batch.
void note_received(stream_position& start, const event_batch& batch);
void note_received(all_position& start, const event_batch& batch);

/// Whether events after `start` exist; `head` holds the last existing event. A subscription from the end that has received
/// nothing is never behind.
bool is_behind(const stream_position& start, const event_batch& head);
bool is_behind(const all_position& start, const event_batch& head);

/// The tries that the options allow.
retry_budget budget_of(const resume_options& options);

/// The last event delivered to a subscriber that was at `before` and got this batch. Only events count. `followed` selects the
/// kind of position.
last_delivered last_event_of(const stream_position& followed, const event_batch& batch, const last_delivered& before);
last_delivered last_event_of(const all_position& followed, const event_batch& batch, const last_delivered& before);

/// The end reason of a subscription for this error.
end_reason end_reason_of(errc code);
inline end_reason end_reason_of(const error& cause) {
  return end_reason_of(cause.code);
}

/// The end that the error means, or nothing if the subscription should be resumed, budget allowing.
std::optional<end_reason> final_end(const error& cause);

} // namespace kdb::inline v0::policy
