// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kdb/records.hpp>
#include <kdb/result.hpp>

// Values to and from the messages of kurrentdb.protocol.v2.streams.
namespace kdb::inline v0::wire {

/// An AppendSession as its messages, one for each stream.
std::vector<std::string> encode_append_session(std::span<const stream_append> appends);
/// Reads an `AppendSessionResponse`.
result<records_result> decode_append_session(std::string_view message);

/// An `AppendRecordsRequest`.
std::string encode_append_records(std::span<const stream_record> records, std::span<const consistency_check> checks);
/// Reads an `AppendRecordsResponse`.
result<records_result> decode_append_records(std::string_view message);

} // namespace kdb::inline v0::wire
