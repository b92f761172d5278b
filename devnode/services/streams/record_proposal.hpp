// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/rpc/status.hpp"
#include "devnode/store/transaction.hpp"

#include "kdb/devnode.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace kdb::kurrentdb::protocol::v2::streams {
class AppendRecord;
}

namespace kdb::inline v0::development {

/// The events of one v2 append as its records come in. Views are those of the messages, which must outlive it.
class record_proposal {
public:
  explicit record_proposal(const devnode_options& limits) : limits_{limits} {}

  /// Adds a record that was validated, for the target with this index. Returns what is wrong with it, if anything is.
  std::optional<rpc::status> add(const kurrentdb::protocol::v2::streams::AppendRecord& record, std::size_t target);

  transaction proposed;

private:
  const devnode_options& limits_;
  std::deque<std::string> metadata_; // which the events view
  std::uint64_t size_ = 0;
};

} // namespace kdb::inline v0::development
