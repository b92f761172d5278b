// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "tests/hostile/corpus.hpp"
#include "tests/hostile/frames.hpp"

namespace kdb::hostile {

/// Something to send on a stream.
struct piece {
  frame_type type = frame_type::data;
  std::uint8_t flags = no_flags;
  std::string payload{};
  /// The payload is sent as it is, without a frame around it.
  bool bare = false;
};

/// What a server does on one stream.
struct script {
  const char* name = "nothing";
  std::deque<piece> pieces{};
  /// Makes more when all pieces are out. Empty: nothing more comes.
  std::function<piece()> endless{};
  /// Sends without regard to the client's windows.
  bool defiant = false;
};

/// What attacks are made of.
struct surroundings {
  const corpus& recorded;
  chance& any;
  /// Of all servers of the round: where redirects and gossip point to.
  std::vector<std::uint16_t> ports;
};

piece headers();
piece trailers(std::string status = "0", std::string message = {}, std::string others = {});
/// One reply; in several pieces if it is long.
void add_message(std::deque<piece>& to, std::string_view body, std::uint8_t compressed = 0);

using attack = script (*)(const std::string& method, surroundings& in);

/// As a server should.
script polite(const std::string& method, surroundings& in);
/// All the others, save floods.
const std::vector<attack>& attacks();
/// Headers that never end: gRPC takes them all, as fast as they come.
const std::vector<attack>& floods();

/// A reply to an append: what a server would say, or not.
std::string append_reply(const std::string& request, surroundings& in);

} // namespace kdb::hostile
