// SPDX-License-Identifier: Apache-2.0
#include <kdb/append.hpp>

namespace kdb::inline v0 {

std::string to_string(const append_result& done) {
  auto text = done.revision ? "revision " + to_string(*done.revision) : std::string{"no revision"};
  return text + (done.position ? " at " + to_string(*done.position) : std::string{});
}

std::string to_string(const append_in_parts_result& done) {
  auto text = std::to_string(done.events) + " events in " + std::to_string(done.parts) + " parts";
  if (done.stopped)
    text += ", then " + to_string(*done.stopped);
  return text;
}

} // namespace kdb::inline v0
