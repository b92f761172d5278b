// SPDX-License-Identifier: Apache-2.0
#include <kdb/meter.hpp>

namespace kdb::inline v0 {

std::string_view to_string(metric_kind kind) {
  switch (kind) {
    case metric_kind::counter: return "counter";
    case metric_kind::up_down_counter: return "up-down counter";
    case metric_kind::histogram: return "histogram";
  }
  return "unknown";
}

} // namespace kdb::inline v0
