// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kdb::inline v0::development {

/// An expression that can't be compiled.
struct bad_pattern : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A text on which an expression takes more steps than the node grants.
struct pattern_gave_up : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Returns why a server's .NET would not compile what PCRE2 compiles, or empty. Not everything of that kind: what changes what an expression
/// means, or is likely to be tried. Pure.
std::string_view pcre_only(std::string_view expression);

/// A regular expression as a server understands it, which is .NET's dialect, as far as PCRE2 has it. No expression and no text takes more than a
/// bounded time, heap and depth. For one thread.
class text_pattern {
public:
  /// Throws bad_pattern.
  explicit text_pattern(std::string_view expression);

  /// Whether it matches somewhere in `text`. Throws pattern_gave_up.
  bool matches(std::string_view text) const;

private:
  struct compiled;
  std::shared_ptr<compiled> compiled_;
};

} // namespace kdb::inline v0::development
