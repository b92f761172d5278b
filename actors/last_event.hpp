#pragma once

#include <kdb/actors.hpp>
#include <kdb/result.hpp>
#include <kdb/stream_metadata.hpp>

// What the last event of a stream, or of $all, says. Null where there is no event.
namespace kdb {

result<log_position> read_position(const resolved_event* last);
result<revision_result> read_revision(const resolved_event* last);
result<metadata_result> read_metadata(const resolved_event* last);
result<system_settings_result> read_settings(const resolved_event* last);

} // namespace kdb
