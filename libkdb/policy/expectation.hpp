// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/error.hpp>
#include <kdb/stream_state.hpp>

namespace kdb::inline v0::policy {

/// Corrects what a server answers to a write that expects the stream to exist: "deleted" is its word for a tombstoned stream and for a
/// soft-deleted one, which can be written to again. The answer becomes the failed expectation that both are.
void correct_deleted(error& cause, stream_state expected);

} // namespace kdb::inline v0::policy
