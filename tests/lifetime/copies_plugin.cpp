// SPDX-License-Identifier: Apache-2.0
#include "tests/lifetime/guest.hpp"

#include <kdb/devnode.hpp>

// One of several plugins of a program, each with a copy of the client and of the development node in it.
namespace {

using namespace kdb::guest;

std::string written_and_read(const std::string& uri) {
  auto db = connected_client(uri);
  if (const auto written = append_one(db); !written)
    return told(written);
  auto newest =
    db.read_stream("guest", {.direction = kdb::backwards, .limit = 1, .call = {.deadline = std::chrono::seconds{10}}});
  std::string types;
  for (const auto& each : newest.events())
    types += each.event().type();
  const auto end = newest.finish();
  return end && types == "t" ? "ok" : told(end) + ", read: " + types;
}

} // namespace

/// Uses the node of the host, and one of its own.
extern "C" void use_copy(const char* name, const char* uri) {
  const kdb::devnode own;
  say(std::string{name} + ": " + written_and_read(uri) + ", " + written_and_read(own.connection_string()));
}
