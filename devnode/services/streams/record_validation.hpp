// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/services/streams/v2_errors.hpp"

#include <string_view>
#include <vector>

namespace kdb::kurrentdb::protocol::v2::streams {
class AppendRecord;
class AppendRecordsRequest;
class AppendRequest;
} // namespace kdb::kurrentdb::protocol::v2::streams

namespace kdb::inline v0::development {

/// What a server finds wrong with a request before it does anything. Pure.
std::vector<field_violation> validate(const kurrentdb::protocol::v2::streams::AppendRequest& request);

/// Without its records: they are checked one by one.
std::vector<field_violation> validate(const kurrentdb::protocol::v2::streams::AppendRecordsRequest& request);

std::vector<field_violation> validate(const kurrentdb::protocol::v2::streams::AppendRecord& record);

/// Whether a schema name has nothing but letters, digits and `_.$:-`. Of what is not ASCII the blocks without letters are refused,
/// combining marks among them, which is close to a server's rule: letters and numbers in normal form C.
bool valid_schema_name(std::string_view name);

} // namespace kdb::inline v0::development
