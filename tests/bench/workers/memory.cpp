// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workers/memory.hpp"

#include <fstream>
#include <string>

#include <malloc.h>

namespace kdb::bench {

namespace {

/// A value of /proc/self/status, which gives kB.
double status_mib(const std::string& name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":"))
      return std::stod(line.substr(name.size() + 1)) / 1024;
  return 0;
}

} // namespace

double resident_mib() {
  return status_mib("VmRSS");
}

double peak_resident_mib() {
  return status_mib("VmHWM");
}

double allocated_mib() {
  const auto all = ::mallinfo2();
  return static_cast<double>(all.uordblks + all.hblkhd) / (1 << 20);
}

} // namespace kdb::bench
