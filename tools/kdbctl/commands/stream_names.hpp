// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/client.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace kdbctl {

/// Which streams to look for.
struct stream_search {
  std::string prefix{};
  /// Also those whose name begins with $; they are found anyway when the prefix does.
  bool system = false;
  std::size_t limit = 1'000'000;
  /// The newest streams first: for a search that ends before it has seen everything.
  bool newest_first = false;
  /// For the whole search; none by default.
  std::optional<std::chrono::milliseconds> deadline{};
};

/// The names of streams, from the stream $streams where the projection of that name keeps it, else from the events of $all.
kdb::result<std::set<std::string>> find_streams(const kdb::client& client, const stream_search& search);

} // namespace kdbctl
