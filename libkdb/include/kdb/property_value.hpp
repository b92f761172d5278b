// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// A value of the properties of a record or of a projection. The server stores numbers as doubles; they must be finite. Text must be
/// UTF-8. Lists and objects may be nested at most 32 deep.
class property_value {
public:
  /// A list of values.
  using list = std::vector<property_value>;
  /// Values by their names.
  using object = std::map<std::string, property_value, std::less<>>;
  /// All kinds of values.
  using any = std::variant<std::nullptr_t, bool, double, std::string, list, object>;

  /// Null, or any kind of value.
  property_value(std::nullptr_t = nullptr) {}
  property_value(bool value) : value_{value} {}
  property_value(double value) : value_{value} {}
  property_value(int value) : value_{static_cast<double>(value)} {}
  property_value(std::string value) : value_{std::move(value)} {}
  property_value(const char* value) : value_{std::string{value}} {}
  property_value(list value) : value_{std::move(value)} {}
  property_value(object value) : value_{std::move(value)} {}

  /// The value itself.
  const any& value() const { return value_; }
  friend bool operator==(const property_value&, const property_value&) = default;

private:
  any value_ = nullptr;
};

} // namespace v0
} // namespace kdb
