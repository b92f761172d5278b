#include <kdb/append.hpp>

namespace kdb {

std::string to_string(const append_result& done) {
  auto text = done.revision ? "revision " + to_string(*done.revision) : std::string{"no revision"};
  return text + (done.position ? " at " + to_string(*done.position) : std::string{});
}

} // namespace kdb
