// SPDX-License-Identifier: Apache-2.0
#include "devnode/projections/query_syntax.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace kdb::inline v0::development {
namespace {

constexpr std::string_view lexical_problem = "Invalid or unexpected token";

// Words behind which an expression or another word may stand.
constexpr std::array<std::string_view, 45> words_before_others{
  "as",       "async",    "await",  "break",  "case",   "catch",    "class",      "const",     "continue",
  "debugger", "default",  "delete", "do",     "else",   "export",   "extends",    "finally",   "for",
  "from",     "function", "get",    "if",     "import", "in",       "instanceof", "let",       "new",
  "of",       "return",   "set",    "static", "switch", "throw",    "try",        "typeof",    "using",
  "var",      "void",     "while",  "with",   "yield",  "accessor", "enum",       "interface", "package"};

// Words that may stand behind an expression.
constexpr std::array<std::string_view, 6> words_between{"as", "from", "in", "instanceof", "of", "else"};

// Longest first, so that the first one that fits is it. Those that need something on both sides.
constexpr std::array<std::string_view, 39> binary_signs{">>>=", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "?\?=",
                                                        "==",   "!=",  "<=",  ">=",  "&&",  "||",  "??",  "**",  "+=",  "-=",
                                                        "*=",   "/=",  "%=",  "&=",  "|=",  "^=",  "<<",  ">>",  "?.",  "=>",
                                                        "<",    ">",   "=",   "*",   "%",   "&",   "|",   "^",   "."};

enum class piece { nothing, name, number, text, opening, closing, binary, other };

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c == '\\' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

template <class Words>
bool among(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

class checker {
public:
  explicit checker(std::string_view query) : query_{query} {}

  std::optional<std::string> problem() {
    while (problem_.empty() && skip_space())
      look();
    if (problem_.empty() && (!open_.empty() || last_ == piece::binary))
      refuse(unclosed_arguments() ? "missing ) after argument list" : "Unexpected end of input", query_.size());
    return problem_.empty() ? std::nullopt : std::optional{problem_};
  }

private:
  char at(std::size_t place) const { return place < query_.size() ? query_[place] : '\0'; }
  bool here(std::string_view text) const { return query_.substr(at_).starts_with(text); }

  // The first problem is the one that is told.
  void refuse(std::string problem, std::size_t place) {
    auto before = query_.substr(0, place);
    auto line = std::ranges::count(before, '\n') + 1;
    auto column = place - (before.rfind('\n') + 1) + 1;
    problem_ = std::move(problem) + " (<anonymous>:" + std::to_string(line) + ":" + std::to_string(column) + ")";
    at_ = query_.size();
  }

  // Moves to the next piece; false at the end.
  bool skip_space() {
    while (at_ < query_.size()) {
      if (at(at_) == '\n' || at(at_) == '\r') {
        new_line_ = true;
        ++at_;
      } else if (at(at_) == ' ' || at(at_) == '\t' || at(at_) == '\f' || at(at_) == '\v' || here("\xc2\xa0") ||
                 here("\xef\xbb\xbf")) {
        at_ += here("\xc2\xa0") ? 2 : here("\xef\xbb\xbf") ? 3 : 1;
      } else if (here("//")) {
        at_ = std::min(query_.find('\n', at_), query_.size());
      } else if (here("/*")) {
        auto end = query_.find("*/", at_ + 2);
        if (end == query_.npos) {
          refuse(std::string{lexical_problem}, at_);
          return false;
        }
        new_line_ = new_line_ || query_.substr(at_, end - at_).find('\n') != query_.npos;
        at_ = end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  void look() {
    auto begin = at_;
    char c = at(at_);
    if (c == '\'' || c == '"')
      return quoted(c);
    if (c == '`') {
      operand(piece::text, begin, "Unexpected template string");
      ++at_;
      return rest_of_template();
    }
    if (digit(c) || (c == '.' && digit(at(at_ + 1))))
      return number();
    if (in_name(c))
      return name();
    if (c == '/' && !ends_operand())
      return expression();
    if (std::string_view{"([{"}.find(c) != std::string_view::npos)
      return opening(c);
    if (std::string_view{")]}"}.find(c) != std::string_view::npos)
      return closing(c);
    sign();
  }

  // Whether what was last looked at ends a value.
  bool ends_operand() const {
    return last_ == piece::number || last_ == piece::text || (last_ == piece::closing && !behind_head_) ||
           (last_ == piece::name && !among(words_before_others, last_word_));
  }

  // A value: not right behind another one on the same line.
  void operand(piece is, std::size_t begin, std::string problem) {
    bool behind_value = ends_operand() && last_ != piece::closing; // behind a bracket a statement may begin
    if (behind_value && !new_line_ && !tagged(is))
      return refuse(std::move(problem), begin);
    remember(is);
  }

  // name`text`
  bool tagged(piece is) const { return is == piece::text && at(at_) == '`'; }

  void remember(piece is) {
    last_ = is;
    new_line_ = behind_head_ = false;
    last_word_ = {};
  }

  void quoted(char quote) {
    auto begin = at_;
    operand(piece::text, begin, "Unexpected string");
    if (!problem_.empty())
      return;
    for (++at_; at_ < query_.size() && at(at_) != quote && at(at_) != '\n'; ++at_)
      if (at(at_) == '\\')
        ++at_;
    if (at(at_) != quote)
      return refuse(std::string{lexical_problem}, begin);
    ++at_;
  }

  void rest_of_template() {
    for (; at_ < query_.size() && problem_.empty(); ++at_) {
      if (at(at_) == '\\') {
        ++at_;
      } else if (at(at_) == '`') {
        ++at_;
        return remember(piece::text);
      } else if (here("${")) {
        at_ += 2;
        open_.push_back({'$', false, false});
        return remember(piece::opening);
      }
    }
    if (problem_.empty())
      refuse("Unterminated template literal", query_.size());
  }

  void number() {
    operand(piece::number, at_, "Unexpected number");
    while (in_name(at(at_)) || at(at_) == '.')
      ++at_;
  }

  void name() {
    auto begin = at_;
    while (in_name(at(at_)))
      ++at_;
    auto word = query_.substr(begin, at_ - begin);
    if (last_dot_)
      remember(piece::name), last_word_ = "."; // any word is a member's name
    else if (among(words_between, word) || among(words_before_others, word))
      remember(piece::name), last_word_ = word;
    else
      operand(piece::name, begin, "Unexpected identifier '" + std::string{word} + "'");
    last_dot_ = false;
  }

  // A regular expression.
  void expression() {
    auto begin = at_;
    bool in_class = false;
    for (++at_; at_ < query_.size() && at(at_) != '\n'; ++at_) {
      if (at(at_) == '\\')
        ++at_;
      else if (at(at_) == '[')
        in_class = true;
      else if (at(at_) == ']')
        in_class = false;
      else if (at(at_) == '/' && !in_class)
        break;
    }
    if (at(at_) != '/')
      return refuse("Invalid regular expression: missing /", begin);
    ++at_;
    while (in_name(at(at_)))
      ++at_;
    remember(piece::text);
  }

  void opening(char c) {
    bool head = last_word_ == "if" || last_word_ == "for" || last_word_ == "while" || last_word_ == "with";
    open_.push_back({c, c == '(' && ends_operand(), c == '(' && head});
    ++at_;
    remember(piece::opening);
    last_dot_ = false;
  }

  void closing(char c) {
    auto begin = at_;
    if (last_ == piece::binary || open_.empty() || !fits(open_.back().sign, c))
      return refuse(std::string{"Unexpected token '"} + c + "'", begin);
    auto [opened, call, head] = open_.back();
    open_.pop_back();
    ++at_;
    if (opened == '$')
      return rest_of_template();
    remember(piece::closing);
    behind_head_ = head;
  }

  static bool fits(char opened, char closed) {
    return (opened == '(' && closed == ')') || (opened == '[' && closed == ']') ||
           ((opened == '{' || opened == '$') && closed == '}');
  }

  void sign() {
    auto begin = at_;
    if (here("...")) {
      at_ += 3;
      return remember(piece::other);
    }
    if (here("++") || here("--")) {
      at_ += 2;
      return remember(ends_operand() ? piece::closing : piece::other);
    }
    for (auto each : binary_signs)
      if (here(each) && !(each == "?." && digit(at(at_ + 2)))) {
        at_ += each.size();
        bool generator = each == "*" && (last_word_ == "function" || last_word_ == "yield" || !ends_operand());
        remember(generator ? piece::other : piece::binary);
        last_dot_ = each == "." || each == "?.";
        if (last_dot_ && each == "?." && std::string_view{"([`"}.find(at(at_)) != std::string_view::npos)
          remember(piece::other), last_dot_ = false; // an optional call or element
        return;
      }
    constexpr std::string_view known = "+-/!~?:;,#";
    if (known.find(at(at_)) == std::string_view::npos)
      return refuse(std::string{lexical_problem}, begin);
    if (last_ == piece::binary && (at(at_) == ';' || at(at_) == ',' || at(at_) == ':' || at(at_) == '?'))
      return refuse(std::string{"Unexpected token '"} + at(at_) + "'", begin);
    ++at_;
    remember(piece::other);
  }

  // At the end of a query that ends within the arguments of a call.
  bool unclosed_arguments() const {
    return !open_.empty() && open_.back().call && last_ != piece::opening && last_ != piece::binary;
  }

  struct bracket {
    char sign;
    bool call; // what is in it are arguments
    bool head; // of a statement that follows it
  };

  std::string_view query_;
  std::size_t at_ = 0;
  std::vector<bracket> open_;
  piece last_ = piece::nothing;
  std::string_view last_word_; // where it is one that others may follow
  bool last_dot_ = false;
  bool new_line_ = false;
  bool behind_head_ = false;
  std::string problem_;
};

} // namespace

std::optional<std::string> syntax_problem(std::string_view query) {
  return checker{query}.problem();
}

} // namespace kdb::inline v0::development
