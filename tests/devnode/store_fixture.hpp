// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/store/cursor.hpp"
#include "devnode/store/link.hpp"
#include "devnode/store/store.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kdb::inline v0::development::testing {

/// A store whose clock is moved by hand, with short words for what tests do with it.
struct store_fixture {
  static constexpr std::int64_t one_second = 10'000'000;

  std::int64_t time = 17'955'393'745'000'000;
  store events{[this] { return time; }};
  std::uint64_t ids = 0;

  proposed_event event(std::string_view data = "{}", std::string_view type = "t") {
    return {.id = {7, ++ids}, .type = type, .json = true, .data = data, .custom_metadata = {}};
  }

  write_outcome append(std::string_view stream, int count, expected_state expected = expected_state::any()) {
    std::vector<proposed_event> list;
    for (int i = 0; i < count; ++i)
      list.push_back(event());
    return events.append(stream, expected, list);
  }

  write_outcome metadata(std::string_view stream, std::string_view document) {
    auto written = event(document, "$metadata");
    return events.append("$$" + std::string{stream}, expected_state::any(), {&written, 1});
  }

  static std::vector<std::int64_t> revisions(cursor& from, int most = 1000) {
    std::vector<std::int64_t> seen;
    int budget = most;
    while (auto found = from.next(budget))
      seen.push_back(found->revision);
    return seen;
  }

  std::vector<std::int64_t> forwards(std::string_view stream, std::int64_t from = 0) {
    stream_forwards cursor{events, std::string{stream}, from};
    return revisions(cursor);
  }

  std::vector<std::int64_t> backwards(std::string_view stream, std::int64_t from) {
    stream_backwards cursor{events, std::string{stream}, from};
    return revisions(cursor);
  }
};

using numbers = std::vector<std::int64_t>;

} // namespace kdb::inline v0::development::testing
