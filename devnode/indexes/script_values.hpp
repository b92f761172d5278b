// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kdb::inline v0::development {

/// JavaScript's values, as far as functions of indexes have them.
struct undefined_value {
  friend bool operator==(undefined_value, undefined_value) = default;
};
struct null_value {
  friend bool operator==(null_value, null_value) = default;
};
/// What a selector returns for events that are not for the index.
struct skip_value {
  friend bool operator==(skip_value, skip_value) = default;
};
/// An object or a list, as the JSON in the event. None is equal to another one.
struct json_value {
  std::string_view text;
  friend bool operator==(json_value, json_value) { return false; }
};
using script_value = std::variant<undefined_value, null_value, skip_value, bool, double, std::string, json_value>;

/// The value of a JSON document; nothing if it is none.
std::optional<script_value> read_json(std::string_view document);

/// A member of a value that has members; `undefined` if there is none of that name. Elements of lists are named by their index.
script_value member_of(const script_value& of, std::string_view name);

/// `null` or `undefined`.
bool is_nullish(const script_value& value);

bool is_true(const script_value& value);

/// `==`.
bool loosely_equal(const script_value& left, const script_value& right);

/// `<`; with `or_equal` `<=`.
bool is_less(const script_value& left, const script_value& right, bool or_equal);

} // namespace kdb::inline v0::development
