// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/frames.hpp"

namespace kdb::hostile {

namespace {

constexpr std::size_t frame_header_size = 9;

/// An HPACK integer after a prefix of 7 bits.
std::string prefixed(std::size_t number) {
  constexpr std::size_t most = 127;
  std::string bytes;
  if (number < most)
    return {static_cast<char>(number)};
  bytes += static_cast<char>(most);
  for (number -= most; number >= 128; number /= 128)
    bytes += static_cast<char>(number % 128 + 128);
  return bytes += static_cast<char>(number);
}

} // namespace

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> shift & 255);
  return bytes;
}

std::uint32_t from_big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const auto byte : bytes)
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string to_bytes(const frame& what) {
  auto bytes = big_endian(static_cast<std::uint32_t>(what.payload.size())).substr(1);
  bytes += static_cast<char>(what.type);
  bytes += static_cast<char>(what.flags);
  return bytes + big_endian(what.stream) + what.payload;
}

std::optional<frame> take_frame(const std::string& unread, std::size_t& from) {
  const auto rest = std::string_view{unread}.substr(from);
  if (rest.size() < frame_header_size)
    return std::nullopt;
  const auto length = from_big_endian(rest.substr(0, 3));
  if (rest.size() < frame_header_size + length)
    return std::nullopt;
  from += frame_header_size + length;
  return frame{static_cast<frame_type>(rest[3]), static_cast<std::uint8_t>(rest[4]),
               from_big_endian(rest.substr(5, 4)) & 0x7fffffff, std::string{rest.substr(frame_header_size, length)}};
}

std::string header(std::string_view name, std::string_view value) {
  std::string bytes(1, '\0');
  return bytes.append(prefixed(name.size())).append(name).append(prefixed(value.size())).append(value);
}

std::string path_in(std::string_view block) {
  for (const std::string_view begin : {"/event_store.", "/kurrentdb."})
    if (const auto at = block.find(begin); at != block.npos && at > 0)
      return std::string{block.substr(at, static_cast<unsigned char>(block[at - 1]))};
  return {};
}

std::string announcement(std::uint32_t length, std::uint8_t compressed) {
  return std::string(1, static_cast<char>(compressed)) + big_endian(length);
}

std::string message(std::string_view body, std::uint8_t compressed) {
  return announcement(static_cast<std::uint32_t>(body.size()), compressed).append(body);
}

} // namespace kdb::hostile
