// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/fixtures/child.hpp"

namespace kdb::test {

/// What a guest prints, and how it ends.
struct guest_end {
  std::vector<std::string> lines;
  int code = 0; ///< As a shell tells it: 128 and more for signals.
};

/// Runs a program to its end. Throws if it goes on for too long.
inline guest_end run_to_end(const std::vector<std::string>& command) {
  fixtures::child process{command};
  guest_end end;
  try {
    for (;;)
      end.lines.push_back(process.read_line());
  } catch (const std::runtime_error& over) {
    if (std::string{over.what()}.find("has ended") == std::string::npos)
      throw;
  }
  end.code = process.wait_for_end();
  return end;
}

} // namespace kdb::test
