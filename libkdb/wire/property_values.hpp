// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kdb/property_value.hpp>

namespace google::protobuf {
class Value;
} // namespace google::protobuf

namespace kdb::inline v0::wire {

/// Writes a property into a message. It then has a kind: servers refuse values without one.
void write_property(google::protobuf::Value& target, const property_value& value);

} // namespace kdb::inline v0::wire
