// SPDX-License-Identifier: Apache-2.0
#include <kdb/credentials.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "libkdb/values/wipe.hpp"

namespace kdb::inline v0 {
namespace {

/// The bytes in base64 behind the prefix, in one piece of memory: a smaller one would be left behind as it is.
std::string base64(std::string_view prefix, std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve(prefix.size() + (bytes.size() + 2) / 3 * 4);
  text = prefix;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto left = bytes.size() - i;
    auto byte = [&](std::size_t k) { return k < left ? std::uint32_t{static_cast<unsigned char>(bytes[i + k])} : 0u; };
    auto group = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += digits[group >> 18];
    text += digits[group >> 12 & 63];
    text += left > 1 ? digits[group >> 6 & 63] : '=';
    text += left > 2 ? digits[group & 63] : '=';
  }
  return text;
}

} // namespace

credentials credentials::basic(std::string user, std::string password) {
  credentials who;
  who.user_ = std::move(user);
  who.secret_ = std::move(password);
  wipe(password); // Short ones are copied, and stay in what they were moved from.
  return who;
}

credentials credentials::bearer(std::string token) {
  credentials who;
  who.bearer_ = true;
  who.secret_ = std::move(token);
  wipe(token);
  return who;
}

credentials& credentials::operator=(credentials other) noexcept {
  std::swap(bearer_, other.bearer_);
  user_.swap(other.user_);
  secret_.swap(other.secret_);
  return *this;
}

credentials::~credentials() {
  wipe(user_);
  wipe(secret_);
}

std::string credentials::header() const {
  // The server takes the names of the schemes only in this letter case.
  if (bearer_)
    return "Bearer " + secret_;
  auto both = user_ + ':' + secret_;
  auto text = base64("Basic ", both);
  wipe(both);
  return text;
}

std::string to_string(const credentials& who) {
  return who.is_bearer() ? "bearer ***" : "basic " + who.user() + ":***";
}

} // namespace kdb::inline v0
