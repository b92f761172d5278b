// SPDX-License-Identifier: Apache-2.0
#include "tests/lifetime/guest.hpp"

#include <cstdlib>

using namespace kdb::guest;

namespace {

/// A static object that uses a client before main, if that is asked for.
struct early_user {
  early_user() {
    if (const auto* uri = std::getenv("KDB_GUEST_EARLY")) {
      db = kdb::client::connect(std::string{uri} + "&defaultDeadline=10");
      say("before main: " + (*db ? told(append_one(**db)) : told(*db)));
    }
  }
  std::optional<kdb::result<kdb::client>> db;
};

early_user early;

} // namespace

/// Arguments: the role, a connection string, and whatever the role needs.
int main(int argc, char** argv) {
  auto roles = exit_roles();
  roles.merge(fork_roles());
  const auto found = argc < 3 ? roles.end() : roles.find(argv[1]);
  if (found == roles.end()) {
    std::cerr << "usage: lifetime_guest ROLE URI\n";
    return 64;
  }
  return found->second(argv[2]);
}
