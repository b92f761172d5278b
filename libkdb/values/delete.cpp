// SPDX-License-Identifier: Apache-2.0
#include <kdb/delete.hpp>

namespace kdb::inline v0 {

std::string to_string(const delete_result& done) {
  return done.position ? "deleted at " + to_string(*done.position) : "deleted";
}

} // namespace kdb::inline v0
