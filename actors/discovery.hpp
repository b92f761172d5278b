#pragma once

#include <kdb/settings.hpp>
#include <protocol.hpp>

namespace kdb {

/// Names the one endpoint of the settings, whatever happened before.
discovery_actor::behavior_type single_endpoint_discovery(discovery_actor::pointer self, endpoint only);

} // namespace kdb
