// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// Where a query begins to read, as statistics tell it: `C:0/P:-1`, or `orders: -1` for each of its streams. Nothing when the query names no
/// source (`fromAll`, `fromStream`, `fromStreams`, `fromCategory`, …), as one that is empty or no query at all. The rest of it isn't looked at. Pure.
std::optional<std::string> query_start(std::string_view query);

} // namespace kdb::inline v0::development
