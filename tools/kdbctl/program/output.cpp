// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/output.hpp"

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace kdbctl {

bool output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !closed_ && failure_.empty()) {
    const auto count = ::write(file_, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
      bytes_ += static_cast<std::size_t>(count);
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno != EINTR) {
      failure_ = std::strerror(errno);
    }
  }
  buffer_.clear();
  return !closed_ && failure_.empty();
}

} // namespace kdbctl
