// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace kdb::inline v0::development {

/// How bytes are passed on.
struct manners {
  std::chrono::milliseconds delay{0};
  std::size_t rate = 0; // bytes a second
  bool moves_up = true;
  bool moves_down = true;
};

/// One direction of a connection, with what has been read and not yet written.
class flow {
public:
  using clock = std::chrono::steady_clock;
  /// What is read ahead of a receiver that is slow, in bytes.
  static constexpr std::size_t most_held = 256 << 10;

  flow(int from, int to) : from_{from}, to_{to} {}

  bool wants_to_read() const { return !ended_ && held_ < most_held; }
  bool ended() const { return ended_; }
  bool finished() const { return finished_; }

  /// When there is something to write; nothing if there isn't.
  std::optional<clock::time_point> next_write() const {
    return held_bytes_.empty() ? std::nullopt : std::optional{std::max(held_bytes_.front().due, free_at_)};
  }

  /// False: one of the sides is gone.
  bool read(const manners& behaviour, clock::time_point now);

  /// Writes what is due, at most `limit` bytes. Returns how many, or nothing when one of the sides is gone.
  std::optional<std::uint64_t> write(const manners& behaviour, clock::time_point now, std::uint64_t limit);

  int from() const { return from_; }
  int to() const { return to_; }

private:
  struct piece {
    clock::time_point due;
    std::string bytes;
    std::size_t begin;
  };

  void took(std::size_t count);

  int from_;
  int to_;
  std::deque<piece> held_bytes_;
  std::size_t held_ = 0;
  clock::time_point free_at_{};
  bool ended_ = false;    // the sender has closed
  bool finished_ = false; // the receiver knows
};

} // namespace kdb::inline v0::development
