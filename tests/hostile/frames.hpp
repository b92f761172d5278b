// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// HTTP/2 and gRPC as bytes: just enough to speak them, and to break them.
namespace kdb::hostile {

enum class frame_type : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9
};

inline constexpr std::uint8_t no_flags = 0, end_stream = 1, ack = 1, end_headers = 4;
inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
inline constexpr std::size_t largest_payload = 16'384; // What every peer has to take.

struct frame {
  frame_type type{};
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload{};
};

std::string to_bytes(const frame& what);
/// Takes the first whole frame off the front, if there is one. `from` is where reading goes on in `unread`.
std::optional<frame> take_frame(const std::string& unread, std::size_t& from);

std::string big_endian(std::uint32_t number);
std::uint32_t from_big_endian(std::string_view bytes);

/// A header, literally and without a place in tables.
std::string header(std::string_view name, std::string_view value);
/// The path in a block of headers that uses no table and no Huffman code for it: so clients of gRPC send it after a table of size 0.
std::string path_in(std::string_view block);

/// A gRPC message; what is announced need not be what comes.
std::string message(std::string_view body, std::uint8_t compressed = 0);
std::string announcement(std::uint32_t length, std::uint8_t compressed = 0);

} // namespace kdb::hostile
