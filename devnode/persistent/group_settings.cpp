// SPDX-License-Identifier: Apache-2.0
#include "devnode/persistent/group_settings.hpp"

#include <array>
#include <utility>

namespace kdb::inline v0::development {
namespace {

constexpr std::array<std::pair<consumer_strategy, std::string_view>, 4> names{{
  {consumer_strategy::dispatch_to_single, "DispatchToSingle"},
  {consumer_strategy::round_robin, "RoundRobin"},
  {consumer_strategy::pinned, "Pinned"},
  {consumer_strategy::pinned_by_correlation, "PinnedByCorrelation"},
}};

} // namespace

std::optional<consumer_strategy> parse_strategy(std::string_view name) {
  for (auto& [strategy, text] : names)
    if (text == name)
      return strategy;
  return std::nullopt;
}

std::string_view name_of(consumer_strategy strategy) {
  for (auto& [each, text] : names)
    if (each == strategy)
      return text;
  return {};
}

std::string_view settings_problem(const group_settings& settings) {
  if (settings.read_batch_size >= settings.history_buffer_size)
    return "Specified argument was out of the range of valid values. (Parameter 'ReadBatchSize may not be greater than or equal "
           "to "
           "BufferSize')";
  return {};
}

} // namespace kdb::inline v0::development
