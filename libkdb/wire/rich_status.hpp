// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include <kdb/error.hpp>

namespace kdb::inline v0::wire {

/// The error that a serialised `google.rpc.Status` tells by its `ErrorInfo`, as v2 services and servers that shut down do; unset if
/// it is broken or of a kind that is not known. What a retry can do, and the outcome, is left to `to_error`.
std::optional<error> from_rich_status(std::string_view status);

} // namespace kdb::inline v0::wire
