// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace kdb::inline v0::development {

/// How long a consumer took for each of the last events that it acknowledged.
class latency_window {
public:
  void add(std::chrono::microseconds latency);

  /// What a server tells about them, under its names and in its unit of 10 µs. Nothing where there were none.
  std::vector<std::pair<std::string_view, std::int64_t>> observed() const;

private:
  static constexpr std::size_t most = 1000;

  std::vector<std::int64_t> units_;
  std::size_t next_ = 0; // the oldest, once there are as many as it keeps
};

} // namespace kdb::inline v0::development
