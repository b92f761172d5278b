// SPDX-License-Identifier: Apache-2.0
#include <kdb/groups.hpp>

namespace kdb::inline v0 {

std::string to_string(const group_name& name) {
  return name.stream + "::" + name.group;
}

} // namespace kdb::inline v0
