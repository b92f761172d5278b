// SPDX-License-Identifier: Apache-2.0
#include <kdb/actors.hpp>

int main() {
  kdb::owned_system owned;
  auto db = kdb::spawn_client(owned.system(), {.endpoints = {{.host = "127.0.0.1", .port = 1}}});
  if (db)
    kdb::any_caf::anon_send(*db, kdb::close{});
  return db ? 0 : 1;
}
