// SPDX-License-Identifier: Apache-2.0
#include <kdb/read.hpp>

namespace kdb::inline v0 {

std::string_view to_string(direction where) {
  return where == forwards ? "forwards" : "backwards";
}

} // namespace kdb::inline v0
