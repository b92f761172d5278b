// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <kdb/indexes.hpp>
#include <kdb/result.hpp>

// Values to and from the messages of kurrentdb.protocol.v2.indexes. Requests come as serialised bytes, ready to be sent.
namespace kdb::inline v0::wire {

std::string encode_create_index(std::string_view name, const index_definition& definition, bool start);
std::string encode_start_index(std::string_view name);
std::string encode_stop_index(std::string_view name);
std::string encode_delete_index(std::string_view name);
std::string encode_get_index(std::string_view name);

/// Reads a `GetIndexResponse`.
result<index_info> decode_index(std::string_view message);
/// Reads a `ListIndexesResponse`.
result<std::vector<index_info>> decode_indexes(std::string_view message);

} // namespace kdb::inline v0::wire
