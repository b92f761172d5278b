// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/error.hpp>
#include <kdb/subscribe.hpp>

namespace kdb::inline v0 {

/// The end of a subscription as an error, for those who ask for the next batch: why it broke off, or that it was ended on purpose.
inline error to_error(const subscription_ended& end) {
  if (end.cause)
    return *end.cause;
  if (end.reason == end_reason::cancelled)
    return {.code = errc::cancelled, .message = "the subscription was cancelled"};
  return {.code = errc::closed, .message = "the client is closed"};
}

} // namespace kdb::inline v0
