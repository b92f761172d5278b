// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pass.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sstream>

#include <sys/resource.h>

namespace kdb::bench {

namespace {

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double voluntary_switches() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_nvcsw);
}

struct field {
  const char* name;
  double pass::*member;
};

constexpr field fields[] = {
  {"items", &pass::items},       {"seconds", &pass::seconds},     {"cpu", &pass::cpu_seconds},
  {"waits", &pass::waits},       {"p50", &pass::p50_micros},      {"p99", &pass::p99_micros},
  {"growth", &pass::growth_mib}, {"setup", &pass::setup_seconds}, {"setup-mib", &pass::setup_mib},
};

} // namespace

std::string to_line(const pass& result) {
  std::string line;
  for (auto& each : fields) {
    char text[64];
    std::snprintf(text, sizeof(text), "%s%s=%.9g", line.empty() ? "" : " ", each.name, result.*each.member);
    line += text;
  }
  return line;
}

std::optional<pass> parse_pass(std::string_view line) {
  pass result;
  std::istringstream words{std::string{line}};
  for (std::string word; words >> word;) {
    auto split = word.find('=');
    if (split == std::string::npos)
      return std::nullopt;
    for (auto& each : fields)
      if (word.compare(0, split, each.name) == 0)
        result.*each.member = std::strtod(word.c_str() + split + 1, nullptr);
  }
  if (result.items <= 0)
    return std::nullopt;
  return result;
}

void put_percentiles(pass& result, std::vector<double> latencies) {
  if (latencies.empty())
    return;
  std::ranges::sort(latencies);
  result.p50_micros = latencies[latencies.size() / 2];
  result.p99_micros = latencies[latencies.size() * 99 / 100];
}

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::ranges::sort(values);
  auto middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

stopwatch::stopwatch()
  : wall_{seconds_of(CLOCK_MONOTONIC)}, cpu_{seconds_of(CLOCK_PROCESS_CPUTIME_ID)}, waits_{voluntary_switches()} {}

pass stopwatch::stop(double items) const {
  pass result;
  result.items = items;
  result.seconds = seconds_of(CLOCK_MONOTONIC) - wall_;
  result.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_;
  result.waits = voluntary_switches() - waits_;
  return result;
}

} // namespace kdb::bench
