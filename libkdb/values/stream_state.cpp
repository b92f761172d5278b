// SPDX-License-Identifier: Apache-2.0
#include <kdb/stream_state.hpp>

namespace kdb::inline v0 {

std::string to_string(stream_revision revision) {
  return std::to_string(revision.value);
}

std::string to_string(stream_state state) {
  if (state.is_any())
    return "any";
  if (state.is_no_stream())
    return "no stream";
  if (state.is_exists())
    return "exists";
  // Such numbers only come from out-of-range revisions, or from the checks of v2 appends (-5 and -6).
  return std::to_string(state.number());
}

} // namespace kdb::inline v0
