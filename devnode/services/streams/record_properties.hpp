// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace kdb::kurrentdb::protocol::v2::streams {
class AppendRecord;
}

namespace kdb::inline v0::development {

/// The properties of a record with its schema among them: the metadata of its event.
struct record_metadata {
  std::string text;     ///< JSON as a reader of v1 gets it.
  std::size_t size = 0; ///< Bytes that a server counts for it.
};

/// Nothing when the record, which is not JSON, has properties where its schema goes.
std::optional<record_metadata> metadata_of(const kurrentdb::protocol::v2::streams::AppendRecord& record);

} // namespace kdb::inline v0::development
