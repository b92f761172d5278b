// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/connection_change.hpp>

#include <optional>
#include <string>

namespace kdbctl {

/// Decides which changes of a connection are worth a line: the loss of a node, and the node after it. Not the first node, and not each attempt.
class connection_notice {
public:
  std::optional<std::string> take(const kdb::connection_change& change);

private:
  bool was_connected_ = false;
  bool is_lost_ = false;
};

} // namespace kdbctl
