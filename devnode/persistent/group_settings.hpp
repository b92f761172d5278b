// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kdb::inline v0::development {

/// How a group divides its events among its consumers.
enum class consumer_strategy { dispatch_to_single, round_robin, pinned, pinned_by_correlation };

/// Returns the strategy with this name; names are case-sensitive.
std::optional<consumer_strategy> parse_strategy(std::string_view name);

std::string_view name_of(consumer_strategy strategy);

/// What a group was created with. Little of it is checked: numbers that make no sense are taken as they are, as a
/// server takes them.
struct group_settings {
  bool resolve_links = false;
  bool extra_statistics = false;
  std::int32_t max_retry_count = 0;      ///< Retries after the first delivery, then an event is parked.
  std::int32_t min_checkpoint_count = 0; ///< Progress that is worth a checkpoint when it is time for one.
  std::int32_t max_checkpoint_count = 0; ///< Progress that is not left without a checkpoint; 0: none is.
  std::int32_t max_subscriber_count = 0; ///< 0: any number.
  std::int32_t live_buffer_size = 0;
  std::int32_t read_batch_size = 0;
  std::int32_t history_buffer_size = 0; ///< Events that wait for a consumer at most.
  std::chrono::milliseconds message_timeout{0};
  std::chrono::milliseconds checkpoint_after{0}; ///< 0: never by time.
  consumer_strategy strategy = consumer_strategy::dispatch_to_single;

  friend bool operator==(const group_settings&, const group_settings&) = default;
};

/// Why a server refuses these settings, empty if it does not.
std::string_view settings_problem(const group_settings& settings);

} // namespace kdb::inline v0::development
