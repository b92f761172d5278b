// SPDX-License-Identifier: Apache-2.0

// Any bytes are either refused with an error that says why, or give settings that hold what `validate` wants and that
// survive printing and reading again. A password never shows.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <kdb/settings.hpp>

#include "libkdb/values/utf8.hpp"
#include "tests/values/same_settings.hpp"

namespace {

void require(bool holds, std::string_view what, std::string_view about = {}) {
  if (holds)
    return;
  std::fprintf(stderr, "%.*s: %.*s\n", int(what.size()), what.data(), int(about.size()), about.data());
  std::abort();
}

void check_refusal(const kdb::error& why) {
  auto* detail = why.get<kdb::bad_argument>();
  require(why.code == kdb::errc::invalid_connection_string && detail, "an error without its detail");
  require(why.message.size() < 600, "a message without end", why.message);
  require(!detail->accepted.empty() && why.message.ends_with("; write " + detail->accepted), "nothing to write", why.message);
  require(kdb::is_utf8(why.message), "a message that can't be read", why.message);
}

void check_settings(const kdb::settings& all) {
  auto fine = all.validate();
  require(fine.has_value(), "settings out of range", fine ? std::string_view{} : fine.error().message);
  auto printed = to_string(all);
  auto again = kdb::settings::from_connection_string(printed);
  require(again.has_value(), "what was printed can't be read", printed);
  require(kdb::test::same_but_password(all, *again), "what was printed reads differently", printed);
  require(to_string(*again) == printed, "printing is not stable", printed);
  require(!all.credentials || again->credentials->secret() == "***", "a password was printed", printed);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  auto read = kdb::settings::from_connection_string(text);
  if (read)
    check_settings(*read);
  else
    check_refusal(read.error());

  // The same with a password in front of what follows the scheme: which one must not make a difference to anything that shows.
  auto host = text.find("://");
  auto shown_with = [&](std::string_view password) {
    auto with = std::string{text.substr(0, host + 3)} + "u:" + std::string{password} + '@' + std::string{text.substr(host + 3)};
    auto second = kdb::settings::from_connection_string(with);
    return second ? to_string(*second) : second.error().message;
  };
  if (host != text.npos)
    require(shown_with("Zq7xKw") == shown_with("Qw0yLx"), "a password shows", shown_with("Zq7xKw"));
  return 0;
}
