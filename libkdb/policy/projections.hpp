// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <kdb/projections.hpp>
#include <kdb/result.hpp>

// Checks of requests about projections. Errors name the member and the rule.
namespace kdb::inline v0::policy {

result<void> check_projection(std::string_view name, const call_options& call);
result<void> check_create_projection(std::string_view name, std::string_view query, const create_projection_options& options);
result<void> check_create_one_time_projection(std::string_view query, const create_one_time_projection_options& options);
result<void> check_create_transient_projection(std::string_view name, std::string_view query,
                                               const create_transient_projection_options& options);
result<void> check_update_projection(std::string_view name, std::string_view query, const update_projection_options& options);
result<void> check_projection_state(std::string_view name, const projection_state_options& options);
result<void> check_list_projections(projection_mode mode, const call_options& call);

} // namespace kdb::inline v0::policy
