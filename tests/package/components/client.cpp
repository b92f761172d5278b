// SPDX-License-Identifier: Apache-2.0
#include <kdb/async_client.hpp>
#include <kdb/client.hpp>
#include <kdb/version.hpp>

// The ways in without actors need no header of CAF.
#ifdef CAF_VERSION
#error "kdb/client.hpp and kdb/async_client.hpp include CAF"
#endif
#ifdef NLOHMANN_JSON_VERSION_MAJOR
#error "kdb/client.hpp and kdb/async_client.hpp include nlohmann-json"
#endif
static_assert(KDB_VERSION >= 200);

int main() {
  auto db = kdb::client::connect("kurrentdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1");
  return db && !db->get_commit_position() ? 0 : 1;
}
