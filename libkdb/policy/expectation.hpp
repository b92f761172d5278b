// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/error.hpp>
#include <kdb/stream_state.hpp>

namespace kdb::inline v0::policy {

/// Corrects the error of a write that expects the stream to exist. A server reports "deleted" for a tombstoned stream, and also
/// for a soft-deleted one, which can be written to again. The error becomes a failed expectation, which is true for both.
void correct_deleted(error& cause, stream_state expected);

} // namespace kdb::inline v0::policy
