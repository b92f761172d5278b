// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/persistent/consumer_group.hpp"

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kdb::inline v0::development::testing {

using namespace std::chrono_literals;

using names = std::vector<std::string>;

/// A group, the time, and short words for what happens to it.
struct group_fixture {
  group_settings settings{.max_retry_count = 2,
                          .min_checkpoint_count = 2,
                          .max_checkpoint_count = 100,
                          .live_buffer_size = 5,
                          .read_batch_size = 10,
                          .history_buffer_size = 50,
                          .message_timeout = 1000ms,
                          .checkpoint_after = 500ms,
                          .strategy = consumer_strategy::round_robin};
  std::chrono::milliseconds now{0};
  consumer_group group = make();
  std::int64_t next = 0;

  consumer_group make(std::optional<group_place> saved = {}) const { return {settings, saved, now}; }

  static uuid id(std::int64_t n) { return {1, static_cast<std::uint64_t>(n) + 1}; }

  /// Adds events with the next places.
  void add(int count) {
    for (int i = 0; i < count; ++i, ++next)
      group.add({.index = static_cast<std::size_t>(next), .id = id(next), .place = next});
    group.dispatch(now);
  }

  void replay(std::int64_t place, std::int64_t parked_as) {
    group.replay({.index = 1000, .id = id(place), .place = parked_as, .replayed = true});
    group.dispatch(now);
  }

  void ack(std::initializer_list<std::int64_t> places) { group.ack(ids(places), now); }

  void nack(std::initializer_list<std::int64_t> places, nack_action action, std::string_view why = "why") {
    group.nack(ids(places), action, why, now);
  }

  static std::vector<uuid> ids(std::initializer_list<std::int64_t> places) {
    std::vector<uuid> all;
    for (auto each : places)
      all.push_back(id(each));
    return all;
  }

  void advance(std::chrono::milliseconds by) {
    now += by;
    group.tick(now);
  }

  /// As "3>1" for event 3 to consumer 1, "3>1 again 2" for its second retry, "park 3 reason", "save 3".
  names decisions() {
    struct {
      std::string operator()(const push_event& push) const {
        auto text = std::to_string(push.event.place) + ">" + std::to_string(push.to);
        return push.retry_count == 0 ? text : text + " again " + std::to_string(push.retry_count);
      }
      std::string operator()(const park_event& park) const {
        return "park " + std::to_string(park.event.place) + " " + park.reason;
      }
      std::string operator()(const save_checkpoint& save) const {
        return "save " + std::to_string(save.place.at) + (save.place.skipped ? " skipped" : "");
      }
    } words;
    names all;
    for (auto& each : group.take())
      all.push_back(std::visit(words, each));
    return all;
  }
};

} // namespace kdb::inline v0::development::testing
