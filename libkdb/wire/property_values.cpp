// SPDX-License-Identifier: Apache-2.0
#include "libkdb/wire/property_values.hpp"

#include <variant>

#include <google/protobuf/struct.pb.h>

namespace kdb::inline v0::wire {
namespace {

void fill(google::protobuf::Value& target, std::nullptr_t) {
  target.set_null_value(google::protobuf::NULL_VALUE);
}
void fill(google::protobuf::Value& target, bool value) {
  target.set_bool_value(value);
}
void fill(google::protobuf::Value& target, double value) {
  target.set_number_value(value);
}
void fill(google::protobuf::Value& target, const std::string& value) {
  target.set_string_value(value);
}
void fill(google::protobuf::Value& target, const property_value::list& values) {
  auto& list = *target.mutable_list_value();
  for (const auto& each : values)
    write_property(*list.add_values(), each);
}
void fill(google::protobuf::Value& target, const property_value::object& members) {
  auto& fields = *target.mutable_struct_value()->mutable_fields();
  for (const auto& [key, value] : members)
    write_property(fields[key], value);
}

} // namespace

void write_property(google::protobuf::Value& target, const property_value& value) {
  std::visit([&](const auto& each) { fill(target, each); }, value.value());
}

} // namespace kdb::inline v0::wire
