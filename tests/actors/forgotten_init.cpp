// SPDX-License-Identifier: Apache-2.0

// A host that has not called `kdb::init_caf`: CAF 1 does not know the messages of libkdb then, and the host learns it from an error. CAF
// 0.17 needs no call.

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>

#include <iostream>

#include <kdb/actors.hpp>
#include <kdb/competing_workers.hpp>

namespace {

kdb::settings nowhere() {
  return {.endpoints = {{.host = "127.0.0.1", .port = 1}}, .tls = {.enabled = false}};
}

#if KDB_CAF_1

bool is_refused(const char* name, const kdb::error* cause) {
  const auto* problem = cause ? cause->get<kdb::bad_argument>() : nullptr;
  const auto fine = problem && cause->code == kdb::errc::invalid_argument && cause->message.find("init_caf") != std::string::npos;
  if (!fine)
    std::cerr << name << (cause ? " failed with: " + to_string(*cause) : std::string{" did not fail"}) << "\n";
  return fine;
}

int check() {
  caf::core::init_global_meta_objects();
  caf::actor_system_config config;
  caf::actor_system system{config};
  const auto client = kdb::spawn_client(system, nowhere());
  const auto workers = kdb::spawn_competing_workers(system, {}, {});
  const auto fine = is_refused("spawn_client", client ? nullptr : &client.error()) &&
                    is_refused("spawn_competing_workers", workers ? nullptr : &workers.error());
  return fine ? 0 : 1;
}

#else

int check() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  const auto client = kdb::spawn_client(system, nowhere());
  if (!client) {
    std::cerr << to_string(client.error()) << "\n";
    return 1;
  }
  caf::anon_send_exit(*client, caf::exit_reason::user_shutdown);
  return 0;
}

#endif

} // namespace

int main() {
  return check();
}
