// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kdb::inline v0::development {

/// Who calls.
struct caller {
  enum class kind {
    anonymous, ///< Has shown no credentials.
    user,
    system, ///< May do everything.
  };

  kind is = kind::anonymous;
  std::string login{}; ///< As statistics show it.
  std::vector<std::string> groups{};
};

} // namespace kdb::inline v0::development
