// SPDX-License-Identifier: Apache-2.0
#include "devnode/network/flow.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace kdb::inline v0::development {

bool flow::read(const manners& behaviour, clock::time_point now) {
  // On the stack of the proxy's thread: as a thread_local variable it would take that much of the stack of every thread of the program.
  std::array<char, 64 << 10> buffer;
  auto count = ::recv(from_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0)
    return errno == EAGAIN || errno == EINTR;
  if (count == 0) {
    ended_ = true;
    return true;
  }
  auto size = static_cast<std::size_t>(count);
  held_ += size;
  held_bytes_.push_back({now + behaviour.delay, {buffer.data(), size}, 0});
  return true;
}

std::optional<std::uint64_t> flow::write(const manners& behaviour, clock::time_point now, std::uint64_t limit) {
  std::uint64_t written = 0;
  while (!held_bytes_.empty() && held_bytes_.front().due <= now && free_at_ <= now && written < limit) {
    auto& first = held_bytes_.front();
    auto size = std::min<std::uint64_t>(first.bytes.size() - first.begin, limit - written);
    if (behaviour.rate > 0)
      size = std::min<std::uint64_t>(size, std::max<std::size_t>(behaviour.rate / 50, 1));
    auto count = ::send(to_, first.bytes.data() + first.begin, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      break;
    if (count < 0)
      return std::nullopt;
    took(static_cast<std::size_t>(count));
    written += static_cast<std::uint64_t>(count);
    if (behaviour.rate > 0)
      free_at_ = now + std::chrono::nanoseconds{1'000'000'000 * count / static_cast<std::int64_t>(behaviour.rate)};
  }
  if (ended_ && held_bytes_.empty() && !std::exchange(finished_, true))
    ::shutdown(to_, SHUT_WR);
  return written;
}

void flow::took(std::size_t count) {
  auto& first = held_bytes_.front();
  first.begin += count;
  held_ -= count;
  if (first.begin == first.bytes.size())
    held_bytes_.pop_front();
}

} // namespace kdb::inline v0::development
