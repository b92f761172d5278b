// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Value;
class ListValue;
} // namespace google::protobuf

namespace kdb::inline v0::development {

/// Writes an object of properties as JSON. Objects and lists are spaced as .NET's writer of protobuf JSON does it.
class property_json {
public:
  explicit property_json(std::string& out) : out_{out} {}

  void begin();
  void member(std::string_view key, const google::protobuf::Value& value);
  void member(std::string_view key, std::string_view value);
  void end();

private:
  void open_member(std::string_view key);
  void write(const google::protobuf::Value& value);
  void write_list(const google::protobuf::ListValue& list);

  std::string& out_;
  bool first_ = true;
};

/// Whether a value, and all in it, is of a kind. One that is of none can't be kept.
bool has_kind(const google::protobuf::Value& value);

} // namespace kdb::inline v0::development
