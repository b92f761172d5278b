// SPDX-License-Identifier: Apache-2.0
#include "libkdb/values/expression.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>

namespace kdb::inline v0 {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Options that change how the rest is read: `x` makes white space and `#` special.
bool has_options(std::string_view text) {
  for (auto at = text.find("(?"); at != text.npos; at = text.find("(?", at + 2)) {
    const auto options = text.substr(at + 2, text.find_first_not_of("imnsx-+", at + 2) - (at + 2));
    if (options.find('x') != options.npos)
      return true;
  }
  return false;
}

/// One pass over an expression.
class reader {
public:
  explicit reader(std::string_view text) : text_{text} {}

  std::string_view complaint() {
    while (at_ < text_.size() && complaint_.empty())
      step();
    if (complaint_.empty() && open_ > 0)
      complaint_ = "a parenthesis is not closed";
    return complaint_;
  }

private:
  void step() {
    switch (text_[at_++]) {
      case '\\': escape(); break;
      case '[': set(); break;
      case '(': group(); break;
      case ')':
        if (open_-- == 0)
          complaint_ = "a parenthesis is closed that was not opened";
        repeatable_ = true;
        break;
      case '|': repeatable_ = false; break;
      case '*':
      case '+':
      case '?': quantifier(); break;
      case '{': braces(); break;
      default: repeatable_ = true;
    }
  }

  /// What follows a backslash, of which "c" takes another character along.
  void escape() {
    if (at_ == text_.size())
      complaint_ = "it ends with a backslash";
    at_ += at_ < text_.size() && text_[at_] == 'c' ? 2 : 1;
    repeatable_ = true;
  }

  /// A ']' that comes first is an ordinary character.
  void set() {
    for (const auto first : {'^', ']'})
      if (at_ < text_.size() && text_[at_] == first)
        ++at_;
    repeatable_ = true;
    while (at_ < text_.size()) {
      const auto c = text_[at_++];
      if (c == ']')
        return;
      if (c == '\\')
        escape();
    }
    complaint_ = "a bracket is not closed";
  }

  void group() {
    if (text_.substr(at_).starts_with("?#")) {
      const auto end = text_.find(')', at_);
      if (end == text_.npos)
        complaint_ = "a comment is not closed";
      at_ = end + 1;
      return;
    }
    ++open_;
    if (at_ < text_.size() && text_[at_] == '?')
      ++at_; // What follows names the kind of group: none of it repeats anything.
    repeatable_ = false;
  }

  void quantifier() {
    if (!repeatable_)
      complaint_ = "a quantifier follows nothing that it could repeat";
    lazy();
  }

  /// Ordinary characters unless they are a quantifier.
  void braces() {
    const auto end = text_.find('}', at_);
    const auto inside = end == text_.npos ? std::string_view{} : text_.substr(at_, end - at_);
    const auto comma = std::min(inside.find(','), inside.size());
    const auto least = inside.substr(0, comma), most = inside.substr(std::min(comma + 1, inside.size()));
    if (least.empty() || !std::ranges::all_of(least, is_digit) || !std::ranges::all_of(most, is_digit)) {
      repeatable_ = true;
      return;
    }
    at_ = end + 1;
    if (!most.empty() && number(most) < number(least))
      complaint_ = "a quantifier has its least number above its greatest";
    lazy();
  }

  static std::size_t number(std::string_view digits) {
    std::size_t value = std::numeric_limits<std::size_t>::max();
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }

  /// A quantifier may be lazy. One of its own must not follow; that is left to the server.
  void lazy() {
    if (at_ < text_.size() && text_[at_] == '?')
      ++at_;
    repeatable_ = true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;
  bool repeatable_ = false; ///< What came last can be repeated.
  std::string_view complaint_{};
};

} // namespace

std::string_view broken_part(std::string_view expression) {
  // These are read in ways of their own, and are rare: white space that counts for nothing, classes by name, and sets less others.
  if (has_options(expression) || expression.find("[:") != expression.npos || expression.find("-[") != expression.npos)
    return {};
  return reader{expression}.complaint();
}

} // namespace kdb::inline v0
