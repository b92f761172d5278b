// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <kdb/call_options.hpp>
#include <kdb/records.hpp>
#include <kdb/result.hpp>
#include <kdb/stream_state.hpp>

// Checks of deletions and of appends to several streams, as those in validate.hpp.
namespace kdb::inline v0::policy {

/// A stream to delete, and an expected state the server knows.
result<void> check_delete(std::string_view stream, stream_state expected, const call_options& call);

/// At least one stream, each once (whatever the case of its letters: the server folds it), each with at least one record, and all
/// records as `check_record` wants them.
result<void> check_append_to_streams(std::span<const stream_append> appends, const call_options& call);

/// At least one record, and each checked stream once, likewise.
result<void> check_append_records(std::span<const stream_record> records, std::span<const consistency_check> checks,
                                  const call_options& call);

/// Letters and digits of any script, `_ . $ : -`, and nothing else: what the server allows as a schema name. Whether it is in NFC is
/// left to the server.
bool is_schema_name(std::string_view name);

} // namespace kdb::inline v0::policy
