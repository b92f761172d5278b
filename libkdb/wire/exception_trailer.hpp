// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "libkdb/wire/call_status.hpp"

namespace kdb::inline v0::wire {

/// The error that the `exception` trailer of a v1 service names; unset without one that is known. What a retry can do,
/// and the outcome, is left to `to_error`.
std::optional<error> from_exception_trailer(const call_status& status);

} // namespace kdb::inline v0::wire
