// SPDX-License-Identifier: Apache-2.0
#include "actors/connection/random_pause.hpp"

#include <random>

#include "libkdb/policy/backoff.hpp"

namespace kdb::inline v0 {

std::chrono::milliseconds random_pause(unsigned failures) {
  return policy::backoff_delay(failures, {}, random_draw());
}

double random_draw() {
  thread_local std::minstd_rand source{std::random_device{}()};
  return std::uniform_real_distribution<double>{}(source);
}

} // namespace kdb::inline v0
