// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kdb/projections.hpp>
#include <kdb/result.hpp>

// Values to and from the messages of event_store.client.projections. Requests come as serialised bytes, ready to be sent.
namespace kdb::inline v0::wire {

std::string encode_create_projection(std::string_view name, std::string_view query, const create_projection_options& options);
std::string encode_create_one_time_projection(std::string_view query, const create_one_time_projection_options& options);
std::string encode_create_transient_projection(std::string_view name, std::string_view query,
                                               const create_transient_projection_options& options);
std::string encode_update_projection(std::string_view name, std::string_view query, const update_projection_options& options);
std::string encode_delete_projection(std::string_view name, const delete_projection_options& options);
std::string encode_enable_projection(std::string_view name);
std::string encode_disable_projection(std::string_view name, bool write_checkpoint);
std::string encode_reset_projection(std::string_view name);
/// Of one projection, or of all that run in a way.
std::string encode_projection_statistics(std::string_view name);
std::string encode_list_projections(projection_mode mode);
std::string encode_projection_state(std::string_view name, std::string_view partition);
std::string encode_projection_result(std::string_view name, std::string_view partition);

/// Reads as many `StatisticsResp` as there are.
result<std::vector<projection_statistics>> decode_projections(const std::vector<std::string>& messages);
/// Reads a `StateResp` or a `ResultResp`, into JSON: the members of objects are in the order of their names, and whole numbers, which
/// travel as doubles, are written as such.
result<std::string> decode_projection_state(std::string_view message);
result<std::string> decode_projection_result(std::string_view message);

} // namespace kdb::inline v0::wire
