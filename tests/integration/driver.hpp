// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fixtures/wait.hpp"
#include "tests/fixtures/ways_in.hpp"

// What scenarios do with a client of any kind.
namespace kdb::integration {

using namespace std::chrono_literals;

using driver = fixtures::any_client;
using fixtures::connect;
using fixtures::every_way;
using fixtures::running_consumer;
using fixtures::running_read;
using fixtures::running_subscription;
using fixtures::settings_for;
using fixtures::way;

/// Everything a read gave, and how it ended.
struct whole_read {
  std::vector<event_batch> batches;
  result<void> end;
  /// Of streams whose names begin with that. Valid as long as the batches.
  std::vector<resolved_event> events(std::string_view prefix = {}) const;
  std::vector<std::uint64_t> revisions(std::string_view prefix = {}) const;
};

whole_read read_to_end(running_read& reading);
whole_read read_to_end(std::unique_ptr<running_read> reading);
/// Reads until an event at that position or beyond it, for a read of $all backwards that need not go through the whole log.
whole_read read_back_to(running_read& reading, log_position position);

/// What a subscription gave so far.
struct followed {
  std::vector<event_batch> batches;
  /// Of streams whose names begin with that.
  std::vector<resolved_event> events(std::string_view prefix = {}) const;
  std::vector<std::uint64_t> revisions(std::string_view prefix = {}) const;
  std::size_t count(std::string_view prefix = {}) const;
  /// How often the subscription said that it had caught up.
  std::size_t caught_up_count() const;
};

/// Takes batches until there are that many events of streams whose names begin with `prefix`. Throws if they don't come.
followed follow_events(running_subscription& subscription, std::size_t count, std::string_view prefix = {});
/// Takes batches until one says caught up. Throws if none does.
followed follow_until_caught_up(running_subscription& subscription);
/// Takes what comes until the end, and returns it. Throws if it does not end.
subscription_ended follow_to_end(running_subscription& subscription);

// -- events ----------------------------------------------------------------------------

/// So many events of type "happened" whose data say {"n":first}, {"n":first+1}, …
std::vector<new_event> numbered(std::size_t count, std::size_t first = 0);
/// One event of type "happened" with so many bytes of data.
new_event sized(std::size_t bytes);
/// first, first+1, … last-1.
std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t end);
std::vector<std::uint64_t> downwards(std::uint64_t first, std::uint64_t last);

} // namespace kdb::integration
