#include <kdb/uuid.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <random>

#include <pthread.h>
#include <unistd.h>

namespace kdb {
namespace {

// A child of fork() has its parent's memory: without this it would hand out the same ids.
std::atomic<unsigned> forks{0};

void watch_forks() {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); }); });
}

/// Random bytes of the system, fetched for several ids at a time: a system call for each would be most of the cost.
class random_bytes {
public:
  random_bytes() { watch_forks(); }

  void take(std::uint8_t* to, std::size_t count) {
    auto now = forks.load(std::memory_order_relaxed);
    if (used_ + count > bytes_.size() || now != fork_) {
      refill();
      fork_ = now;
    }
    std::memcpy(to, bytes_.data() + used_, count);
    used_ += count;
  }

private:
  void refill() {
    used_ = 0;
    if (::getentropy(bytes_.data(), bytes_.size()) == 0)
      return;
    std::random_device device; // A sandbox that forbids the call.
    for (auto& byte : bytes_)
      byte = static_cast<std::uint8_t>(device());
  }

  std::array<std::uint8_t, 256> bytes_; // As much as one getentropy() may fetch.
  std::size_t used_ = sizeof(bytes_);
  unsigned fork_ = 0;
};

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

constexpr bool hyphen_before_byte(std::size_t i) {
  return i == 4 || i == 6 || i == 8 || i == 10;
}

} // namespace

uuid random_uuid() {
  thread_local random_bytes source;
  uuid id;
  source.take(id.data, sizeof(id.data));
  id.data[6] = static_cast<std::uint8_t>((id.data[6] & 0x0F) | 0x40); // version 4
  id.data[8] = static_cast<std::uint8_t>((id.data[8] & 0x3F) | 0x80); // variant of RFC 4122
  return id;
}

result<uuid> parse_uuid(std::string_view text) {
  auto refused = [] {
    return failure(error{.code = errc::invalid_argument,
                         .message = "not a UUID; write 32 hexadecimal digits as 8-4-4-4-12",
                         .detail = bad_argument{"uuid", "32 hexadecimal digits as 8-4-4-4-12"}});
  };
  if (text.size() != 36)
    return refused();
  uuid id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (hyphen_before_byte(i) && text[at++] != '-')
      return refused();
    auto high = hex_value(text[at++]), low = hex_value(text[at++]);
    if (high < 0 || low < 0)
      return refused();
    id.data[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

std::string to_string(const uuid& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < 16; ++i) {
    if (hyphen_before_byte(i))
      text += '-';
    text += digits[id.data[i] >> 4];
    text += digits[id.data[i] & 0x0F];
  }
  return text;
}

} // namespace kdb
