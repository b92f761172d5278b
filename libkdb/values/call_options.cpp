#include <kdb/call_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace kdb {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
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
  return who;
}

credentials credentials::bearer(std::string token) {
  credentials who;
  who.bearer_ = true;
  who.secret_ = std::move(token);
  return who;
}

std::string credentials::header() const {
  // The server takes the names of the schemes only in this letter case.
  if (bearer_)
    return "Bearer " + secret_;
  return "Basic " + base64(user_ + ':' + secret_);
}

std::string to_string(const credentials& who) {
  return who.is_bearer() ? "bearer ***" : "basic " + who.user() + ":***";
}

} // namespace kdb
