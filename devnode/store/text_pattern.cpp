// SPDX-License-Identifier: Apache-2.0
#include "devnode/store/text_pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace kdb::inline v0::development {
namespace {

// As in .NET: classes such as \w and \d are Unicode's, names of groups may come twice, \uFFFF is a character. Texts may be no UTF-8.
constexpr std::uint32_t syntax =
  PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_DUPNAMES | PCRE2_ALT_BSUX | PCRE2_NEVER_BACKSLASH_C;

constexpr std::size_t longest_expression = 65'536;
constexpr std::uint32_t deepest_groups = 250;
constexpr std::uint32_t heap_kilobytes = 16'384;
constexpr std::uint32_t deepest_match = 50'000;

// PCRE2 counts the steps from each place in a text anew.
constexpr std::size_t steps_a_text = 100'000;
constexpr std::uint32_t fewest_steps = 100;

std::uint32_t steps_from_each_place(std::size_t length) {
  return std::max(fewest_steps, static_cast<std::uint32_t>(steps_a_text / (length + 1)));
}

std::string error_text(int code) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

bool word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || c == '_';
}

// Looks at an expression piece by piece. Whether it is well-formed is not its business.
class dialect {
public:
  explicit dialect(std::string_view expression) : left_{expression} {}

  std::string_view problem() {
    while (!left_.empty() && problem_.empty()) {
      switch (take()) {
        case '\\': escape(); break;
        case '[': char_class(); break;
        case '(': group(); break;
        case '{': counted(); break;
        case '?':
        case '*':
        case '+': quantified(); break;
        default: break;
      }
    }
    return problem_;
  }

private:
  char peek(std::size_t at = 0) const { return at < left_.size() ? left_[at] : '\0'; }

  char take() {
    char c = peek();
    left_.remove_prefix(left_.empty() ? 0 : 1);
    return c;
  }

  void refuse(std::string_view problem) { problem_ = problem; }

  void escape() {
    constexpr std::string_view known = "wWsSdDpPbBAGZzkxuabefnrtvc";
    char c = take();
    if (word(c) && !digit(c) && known.find(c) == known.npos)
      refuse("unknown escape");
    if (c == 'k' && peek() != '<' && peek() != '\'')
      refuse("malformed reference to a group");
    // Categories such as Lu, and no scripts.
    if ((c == 'p' || c == 'P') && (peek() != '{' || left_.find('}') > 3))
      refuse("unknown property of characters");
  }

  // Up to its end, so that nothing in it is taken for a group.
  void char_class() {
    if (peek() == '^')
      take();
    for (bool first = true; !left_.empty() && problem_.empty(); first = false) {
      char c = take();
      if (c == ']' && !first)
        return;
      if (c == '\\')
        escape();
      else if (c == '-' && peek() == '[' && !first)
        refuse("subtraction from a class");
      else if (c == '[' && (peek() == ':' || peek() == '.' || peek() == '=') &&
               left_.find(std::string{peek(), ']'}) != left_.npos)
        refuse("named class");
    }
  }

  void group() {
    if (peek() == '*')
      return refuse("verb");
    if (peek() != '?')
      return;
    take();
    char c = take();
    if (c == '#')
      return left_.remove_prefix(std::min(left_.find(')'), left_.size()));
    if (c == '(')
      return condition();
    if (c == ':' || c == '=' || c == '!' || c == '<' || c == '>' || c == '\'')
      return;
    for (; c != ':' && c != ')' && c != '\0'; c = take())
      if (std::string_view{"imnsx-"}.find(c) == std::string_view::npos)
        return refuse("group of a kind that .NET has not");
  }

  void condition() {
    if (peek() == 'R' || peek() == '+' || peek() == '-' || left_.starts_with("DEFINE)") || left_.starts_with("VERSION"))
      refuse("condition of a kind that .NET has not");
  }

  void counted() {
    auto end = left_.find('}');
    auto count = left_.substr(0, end);
    if (end == left_.npos || count.empty() || !std::ranges::all_of(count, [](char c) { return digit(c) || c == ','; }))
      return; // a brace like any other character
    left_.remove_prefix(end + 1);
    quantified();
  }

  // Behind a quantifier: it may be lazy, and that is all.
  void quantified() {
    if (peek() == '?')
      take();
    if (peek() == '+')
      refuse("possessive quantifier");
  }

  std::string_view left_;
  std::string_view problem_;
};

} // namespace

std::string_view pcre_only(std::string_view expression) {
  return dialect{expression}.problem();
}

struct text_pattern::compiled {
  explicit compiled(pcre2_code* made) : code{made} {}

  ~compiled() {
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
  }

  compiled(const compiled&) = delete;
  compiled& operator=(const compiled&) = delete;

  pcre2_code* const code;
  pcre2_match_data* const data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* const context = pcre2_match_context_create(nullptr);
};

text_pattern::text_pattern(std::string_view expression) {
  if (auto problem = pcre_only(expression); !problem.empty())
    throw bad_pattern{std::string{problem}};
  std::unique_ptr<pcre2_compile_context, void (*)(pcre2_compile_context*)> rules{pcre2_compile_context_create(nullptr),
                                                                                 pcre2_compile_context_free};
  pcre2_set_newline(rules.get(), PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(rules.get(), deepest_groups);
  pcre2_set_max_pattern_length(rules.get(), longest_expression);
  int error = 0;
  PCRE2_SIZE at = 0;
  auto code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(), syntax, &error, &at, rules.get());
  if (!code)
    throw bad_pattern{error_text(error)};
  compiled_ = std::make_shared<compiled>(code);
  pcre2_set_heap_limit(compiled_->context, heap_kilobytes);
  pcre2_set_depth_limit(compiled_->context, deepest_match);
}

// Without the just-in-time compiler, which heeds no limit of depth or heap.
bool text_pattern::matches(std::string_view text) const {
  auto& [code, data, context] = *compiled_;
  pcre2_set_match_limit(context, steps_from_each_place(text.size()));
  auto begin = reinterpret_cast<PCRE2_SPTR>(text.data());
  auto result = pcre2_match(code, begin, text.size(), 0, PCRE2_NO_JIT, data, context);
  if (result < 0 && result != PCRE2_ERROR_NOMATCH)
    throw pattern_gave_up{error_text(result)};
  return result >= 0;
}

} // namespace kdb::inline v0::development
