// SPDX-License-Identifier: Apache-2.0
#include <kdb/groups.hpp>

namespace kdb {

std::string to_string(const group_name& name) {
  return name.stream + "::" + name.group;
}

} // namespace kdb
