// SPDX-License-Identifier: Apache-2.0
#include "libkdb/policy/properties.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "libkdb/policy/refusal.hpp"
#include "libkdb/policy/text.hpp"
#include "libkdb/values/utf8.hpp"

namespace kdb::inline v0::policy {
namespace {

/// Looks at properties down to their leaves. `where` names what is being looked at.
class property_check {
public:
  explicit property_check(std::string where) : where_{std::move(where)} {}

  result<void> members(const property_value::object& properties) {
    for (const auto& [key, value] : properties) {
      if (key.empty() || !is_utf8(key))
        return refuse(where_, "has a key that is empty or no UTF-8", "keys in UTF-8 that are not empty");
      const auto before = where_.size();
      where_.append(".").append(key);
      if (auto fine = std::visit([this](const auto& each) { return check(each); }, value.value()); !fine)
        return fine;
      where_.resize(before);
    }
    return {};
  }

private:
  result<void> check(std::nullptr_t) const { return {}; }
  result<void> check(bool) const { return {}; }
  result<void> check(double number) const {
    if (!std::isfinite(number)) // JSON has no such number: the server fails without a reason.
      return refuse(where_, "is infinite or not a number", "a finite number");
    return {};
  }
  result<void> check(const std::string& text) const { return check_text(where_, text, "text in UTF-8"); }
  result<void> check(const property_value::list& values) {
    return deeper([&]() -> result<void> {
      for (const auto& each : values)
        if (auto fine = std::visit([this](const auto& value) { return check(value); }, each.value()); !fine)
          return fine;
      return {};
    });
  }
  result<void> check(const property_value::object& properties) {
    return deeper([&] { return members(properties); });
  }

  template <class Check>
  result<void> deeper(Check check_inside) {
    if (depth_ == deepest_property)
      return refuse(where_, "is nested too deep",
                    "at most " + std::to_string(deepest_property) + " lists and objects in each other");
    ++depth_;
    auto fine = check_inside();
    --depth_;
    return fine;
  }

  std::string where_;
  std::size_t depth_ = 0;
};

} // namespace

result<void> check_properties(std::string where, const property_value::object& properties) {
  return property_check{std::move(where)}.members(properties);
}

} // namespace kdb::inline v0::policy
