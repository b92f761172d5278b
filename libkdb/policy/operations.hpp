// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <kdb/operations.hpp>
#include <kdb/result.hpp>
#include <kdb/watch_statistics.hpp>

// Checks of requests about a node. Errors name the member and the rule.
namespace kdb::inline v0::policy {

result<void> check_start_scavenge(const scavenge_options& options);
result<void> check_stop_scavenge(std::string_view id, const call_options& call);
result<void> check_watch_statistics(const watch_statistics_options& options);

} // namespace kdb::inline v0::policy
