// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <kdb/consume.hpp>

namespace kdb::inline v0::policy {

/// The same answer for several events.
struct same_answers {
  outcome answer = outcome::ack();
  std::vector<uuid> ids;
};

/// How many answers to collect before they are sent: at most half of a small buffer, because the server would pause otherwise.
inline std::size_t answers_at_once(std::size_t wanted, std::size_t buffer) {
  return std::clamp<std::size_t>(buffer / 2, 1, wanted);
}

/// Answers that wait to be sent, in order. Consecutive equal answers share a message.
class ack_batch {
public:
  ack_batch() = default;
  explicit ack_batch(std::size_t full) : full_{full} {}

  void add(const uuid& id, const outcome& answer) {
    if (groups_.empty() || groups_.back().answer != answer)
      groups_.push_back({answer, {}});
    groups_.back().ids.push_back(id);
    ++size_;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Whether the answers must be sent now, without waiting for the timer.
  bool is_full() const { return size_ >= full_; }

  std::vector<same_answers> take() {
    size_ = 0;
    return std::exchange(groups_, {});
  }

private:
  std::size_t full_ = 1;
  std::size_t size_ = 0;
  std::vector<same_answers> groups_;
};

} // namespace kdb::inline v0::policy
