#include "guest.hpp"

#include <cstdlib>

// A static object of a plugin, which connects while the plugin is loaded, and goes with it.
namespace {

struct plugged_in {
  plugged_in() { kdb::guest::say("in the plugin: " + kdb::guest::told(kdb::guest::append_one(db))); }
  kdb::client db = kdb::guest::connected_client(std::getenv("KDB_PLUGIN_URI"));
};

plugged_in static_object;

} // namespace
