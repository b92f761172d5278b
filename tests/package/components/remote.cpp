// SPDX-License-Identifier: Apache-2.0
#include <kdb/remote.hpp>

int main() {
  caf::actor_system_config config;
  if (!kdb::load_remote(config))
    return 1;
  caf::actor_system system{config};
  const auto refused = kdb::connect_remote(system, {.port = 1, .timeout = std::chrono::seconds{1}});
  return !refused && refused.error().code == kdb::errc::unavailable ? 0 : 1;
}
