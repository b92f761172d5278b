// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include <kdb/export.hpp>

namespace kdb {
inline namespace KDB_API v0 {

/// An attribute of a span or of a metric. Its text is valid only during the call that passes it.
struct attribute {
  /// The value of an attribute.
  using any = std::variant<std::string_view, std::int64_t, bool>;

  std::string_view name; ///< Such as `db.operation.name`.
  any value;             ///< Its value.
  friend bool operator==(const attribute&, const attribute&) = default;
};

} // namespace v0
} // namespace kdb
