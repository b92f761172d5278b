// SPDX-License-Identifier: Apache-2.0
#include "tests/lifetime/guest.hpp"

#include <cstdlib>

// A plugin with a client in static storage, made while the plugin is loaded.
namespace {

using namespace kdb::guest;

struct plugged_in {
  plugged_in() {
    if (std::getenv("KDB_PLUGIN_WAITS"))
      say("while loading: " + told(append_one(db)));
  }
  kdb::client db = connected_client(std::getenv("KDB_PLUGIN_URI"));
};

plugged_in static_object;

} // namespace

/// For the host, after the plugin is loaded.
extern "C" void use_plugin() {
  say("loaded: " + told(append_one(static_object.db)));
}
