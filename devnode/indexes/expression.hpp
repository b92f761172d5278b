// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devnode/indexes/script_values.hpp"
#include "devnode/store/event.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kdb::inline v0::development {

/// A function of an event, as filters and selectors of indexes are. The node has no JavaScript engine: it understands arrow functions of one
/// parameter whose body is an expression of
///   - members of the event: `rec.value.country`, `rec.value?.address?.city`, `rec.value['country']`, `rec.value.lines[0].price`,
///   - texts, numbers, `true`, `false`, `null`, `undefined`, and `skip`,
///   - `== === != !== < <= > >=`, `&& || !`, `a ? b : c`, and parentheses.
/// Of a server's members the event has `id`, `redacted`, `schema.name`, `position.stream`, `position.streamRevision`, `position.logPosition`,
/// `value`, `hasValue` and `properties`.
class index_function {
public:
  struct node;

  /// Reads a function; or says why that is none that the node understands. Pure.
  static std::variant<index_function, std::string> parse(std::string_view text);

  /// Returns its value; nothing where JavaScript would throw.
  std::optional<script_value> operator()(const stored_event& event) const;

private:
  explicit index_function(std::shared_ptr<const node> body) : body_{std::move(body)} {}

  std::shared_ptr<const node> body_;
};

} // namespace kdb::inline v0::development
