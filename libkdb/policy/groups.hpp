// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "libkdb/values/all_stream.hpp"
#include <kdb/consume.hpp>
#include <kdb/groups.hpp>
#include <kdb/result.hpp>

// Checks of requests about persistent subscriptions, and what to send for a change. Errors name the member and the rule.
namespace kdb::inline v0::policy {

/// Whatever can have groups: a stream, or $all.
result<void> check_source(std::string_view stream);
/// Its source, and a name that is not empty.
result<void> check_group(const group_name& name);
/// Settings that the server would refuse, or take and never work with.
result<void> check_settings(const group_settings& settings);
/// The same for an update, which can't name every strategy.
result<void> check_update_settings(const group_settings& settings);

result<void> check_create(std::string_view stream, std::string_view group, const create_group_options& options);
result<void> check_create(std::string_view group, const create_group_on_all_options& options);
result<void> check_update(std::string_view stream, std::string_view group, const update_group_options& options);
result<void> check_update(std::string_view group, const update_group_on_all_options& options);
/// As far as it can be told without the group's present settings.
result<void> check_change(const group_name& name, const group_changes& changes, const call_options& call);
result<void> check_parked(const group_name& name, const parked_options& options);
result<void> check_consume(const group_name& name, const consume_options& options);

/// A full update.
struct group_update {
  group_start from;
  group_settings settings;
};

/// What a group becomes with these changes: checked as an update. Refused where the present state can't be sent again.
result<group_update> merge(const group_info& now, const group_changes& changes);

} // namespace kdb::inline v0::policy
