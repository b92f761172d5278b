// SPDX-License-Identifier: Apache-2.0

// Any text as the JSON of a metadata event and of the system settings: it is refused with a key and what would be right, or it means
// the same after it was written and read again.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <kdb/stream_metadata.hpp>

namespace {

void require(bool holds, const char* what, std::string_view about) {
  if (holds)
    return;
  std::fprintf(stderr, "%s: %.*s\n", what, int(about.size()), about.data());
  std::abort();
}

void check_refusal(const kdb::error& why) {
  const auto* detail = why.get<kdb::bad_argument>();
  require(why.code == kdb::errc::invalid_argument && detail, "a refusal without its detail", why.message);
  require(!detail->name.empty() && !detail->accepted.empty(), "a refusal that says nothing", why.message);
}

void check_metadata(std::string_view text) {
  const auto read = kdb::parse_stream_metadata(text);
  if (!read)
    return check_refusal(read.error());
  const auto written = to_json(*read);
  require(written.has_value(), "what was read can't be written", text);
  const auto again = kdb::parse_stream_metadata(*written);
  require(again.has_value(), "what was written can't be read", *written);
  require(*again == *read, "what was written reads differently", *written);
  require(*to_json(*again) == *written, "writing is not stable", *written);
}

void check_settings(std::string_view text) {
  const auto read = kdb::parse_system_settings(text);
  if (!read)
    return check_refusal(read.error());
  const auto written = to_json(*read);
  require(written.has_value(), "what was read can't be written", text);
  const auto again = kdb::parse_system_settings(*written);
  require(again.has_value(), "what was written can't be read", *written);
  require(*again == *read, "what was written reads differently", *written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_metadata(text);
  check_settings(text);
  return 0;
}
