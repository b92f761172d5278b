// SPDX-License-Identifier: Apache-2.0
#include <random_pause.hpp>

#include <random>

#include <policy/backoff.hpp>

namespace kdb {

std::chrono::milliseconds random_pause(unsigned failures) {
  thread_local std::minstd_rand source{std::random_device{}()};
  return policy::backoff_delay(failures, {}, std::uniform_real_distribution<double>{}(source));
}

} // namespace kdb
