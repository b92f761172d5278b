// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/store.hpp"

namespace kdb::inline v0::development {

/// What a reader who resolves links gets in place of an event of the log.
struct resolved_event {
  const stored_event* event = nullptr; ///< Absent when the target of the link can't be read.
  const stored_event* link = nullptr;
};

/// Follows `original` if it is a link, one step. A link whose data name no event is an event like others.
resolved_event resolve(store& events, const stored_event& original);

} // namespace kdb::inline v0::development
