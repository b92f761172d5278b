// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdb::inline v0 {

/// The name that stands for all events where a stream is named.
inline constexpr std::string_view all_stream = "$all";

} // namespace kdb::inline v0
