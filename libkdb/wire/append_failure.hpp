// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include <kdb/error.hpp>

namespace kdb::inline v0::wire {

/// What the `google.rpc.Status` in a `BatchAppendResp` stands for: the error of one append to `stream`. Unset if its bytes
/// are broken.
std::optional<error> decode_append_failure(std::string_view status, std::string_view stream);

} // namespace kdb::inline v0::wire
