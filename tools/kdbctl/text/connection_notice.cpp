// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/connection_notice.hpp"

namespace kdbctl {

std::optional<std::string> connection_notice::take(const kdb::connection_change& change) {
  if (const auto* now = std::get_if<kdb::connected>(&change)) {
    const auto again = was_connected_ && is_lost_;
    was_connected_ = true;
    is_lost_ = false;
    return again ? std::optional{"connected again, to " + to_string(now->node)} : std::nullopt;
  }
  const auto* lost = std::get_if<kdb::reconnecting>(&change);
  if (!lost || !was_connected_ || is_lost_)
    return std::nullopt;
  is_lost_ = true;
  return "the node was lost, looking for another one: " + lost->why.message;
}

} // namespace kdbctl
