// SPDX-License-Identifier: Apache-2.0
#include <kdb/position.hpp>

namespace kdb::inline v0 {

std::string to_string(log_position position) {
  return std::to_string(position.commit) + '/' + std::to_string(position.prepare);
}

} // namespace kdb::inline v0
