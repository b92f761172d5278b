// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "libkdb/values/all_stream.hpp"
#include <kdb/consume.hpp>
#include <kdb/groups.hpp>
#include <kdb/result.hpp>

// Checks of requests about persistent subscriptions, and what to send for a change. Errors name the member and the rule.
namespace kdb::inline v0::policy {

/// A stream that can have groups: also $all.
result<void> check_source(std::string_view stream);
/// A valid source, and a name that is not empty.
result<void> check_group(const group_name& name);
/// Refuses settings that the server would refuse, or would accept without ever working with them.
result<void> check_settings(const group_settings& settings);
/// The same for an update, which can't name every strategy.
result<void> check_update_settings(const group_settings& settings);

result<void> check_create(std::string_view stream, std::string_view group, const create_group_options& options);
result<void> check_create(std::string_view group, const create_group_on_all_options& options);
result<void> check_update(std::string_view stream, std::string_view group, const update_group_options& options);
result<void> check_update(std::string_view group, const update_group_on_all_options& options);
/// Checks a change as far as possible without the group's present settings.
result<void> check_change(const group_name& name, const group_changes& changes, const call_options& call);
result<void> check_parked(const group_name& name, const parked_options& options);
result<void> check_consume(const group_name& name, const consume_options& options);

/// A full update.
struct group_update {
  group_start from;
  group_settings settings;
};

/// Applies the changes to the group's present settings, and checks the result as an update. Fails if the present settings can't
/// be sent again.
result<group_update> merge(const group_info& now, const group_changes& changes);

} // namespace kdb::inline v0::policy
