// SPDX-License-Identifier: Apache-2.0
#include "devnode/indexes/expression.hpp"

#include "devnode/store/stream.hpp"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace kdb::inline v0::development {

// A part of an expression. Which members count depends on what it is.
struct index_function::node {
  enum class kind { literal, path, negation, conjunction, disjunction, comparison, choice };
  using part = std::shared_ptr<const node>;

  // A member of what stands before it. An optional one of nothing ends the path with `undefined`.
  struct step {
    std::string name;
    bool optional = false;
  };

  kind is = kind::literal;
  script_value value{};      // literal
  std::string root{};        // path: `value`, `schema.name` and so on
  std::vector<step> steps{}; // path: behind its root
  std::string_view sign{};   // comparison
  std::vector<part> parts{}; // all others
};

namespace {

using node = index_function::node;
using part = node::part;

// -- reading -------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 9> roots{
  "id",    "redacted", "schema.name", "position.stream", "position.streamRevision", "position.logPosition",
  "value", "hasValue", "properties"};

// Longest first, so that the first one that fits is it.
constexpr std::array<std::string_view, 8> comparisons{"===", "!==", "==", "!=", "<=", ">=", "<", ">"};

// Deeper expressions are refused: parser and evaluation recurse.
constexpr int most_levels = 64;

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

part make(node made) {
  return std::make_shared<const node>(std::move(made));
}

part literal(script_value value) {
  return make({.value = std::move(value)});
}

part combined(node::kind is, std::vector<part> parts, std::string_view sign = {}) {
  return make({.is = is, .sign = sign, .parts = std::move(parts)});
}

// Every member function moves `at_` behind what it read, or notes the first problem and returns null.
class parser {
public:
  explicit parser(std::string_view text) : text_{text} {}

  std::variant<part, std::string> function() {
    bool parentheses = take("(");
    parameter_ = name();
    if (parameter_.empty() || (parentheses && !take(")")) || !take("=>")) {
      at_ = 0;
      refuse("a function like rec => rec.value.country is missing");
      return problem_;
    }
    auto body = expression();
    if (body && space() != '\0')
      body = unexpected();
    return body ? std::variant<part, std::string>{std::move(body)} : problem_;
  }

private:
  // -- signs and names ---

  char space() {
    while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != std::string_view::npos)
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(std::string_view sign) {
    space();
    if (!text_.substr(at_).starts_with(sign))
      return false;
    at_ += sign.size();
    return true;
  }

  std::string name() {
    if (!begins_name(space()))
      return {};
    auto begin = at_;
    while (at_ < text_.size() && (begins_name(text_[at_]) || is_digit(text_[at_])))
      ++at_;
    return std::string{text_.substr(begin, at_ - begin)};
  }

  part refuse(const std::string& problem) {
    if (problem_.empty())
      problem_ = problem + " (at " + std::to_string(at_ + 1) + ")";
    return nullptr;
  }

  part unexpected() {
    auto here = space();
    return refuse(here == '\0' ? "the end is missing" : "unexpected '" + std::string(1, here) + "'");
  }

  // -- expressions, from the loosest to the tightest ---

  part expression() {
    if (++levels_ > most_levels)
      return refuse("too deep");
    auto condition = any_of();
    if (condition && take("?")) {
      auto then = expression();
      if (then && !take(":"))
        then = unexpected();
      auto otherwise = then ? expression() : nullptr;
      condition =
        otherwise ? combined(node::kind::choice, {std::move(condition), std::move(then), std::move(otherwise)}) : nullptr;
    }
    --levels_;
    return condition;
  }

  part any_of() {
    return chain(node::kind::disjunction, "||", [this] { return all_of(); });
  }

  part all_of() {
    return chain(node::kind::conjunction, "&&", [this] { return comparison(); });
  }

  template <class Inner>
  part chain(node::kind is, std::string_view sign, Inner inner) {
    std::vector<part> parts{inner()};
    while (parts.back() && take(sign))
      parts.push_back(inner());
    if (!parts.back())
      return nullptr;
    return parts.size() == 1 ? parts.front() : combined(is, std::move(parts));
  }

  part comparison() {
    auto left = unary();
    for (auto sign : comparisons)
      if (left && take(sign)) {
        auto right = unary();
        return right ? combined(node::kind::comparison, {std::move(left), std::move(right)}, sign) : nullptr;
      }
    return left;
  }

  part unary() {
    if (space() != '!')
      return value();
    if (++levels_ > most_levels)
      return refuse("too deep");
    ++at_;
    auto inner = unary();
    --levels_;
    return inner ? combined(node::kind::negation, {std::move(inner)}) : nullptr;
  }

  part value() {
    auto here = space();
    if (here == '(') {
      ++at_;
      auto inner = expression();
      return !inner || take(")") ? inner : unexpected();
    }
    if (here == '\'' || here == '"')
      return text();
    if (is_digit(here) || here == '-' || here == '.')
      return number();
    auto begin = at_;
    auto word = name();
    if (word.empty())
      return unexpected();
    if (word == parameter_)
      return path();
    for (auto& [known, meaning] : words())
      if (word == known)
        return literal(meaning);
    at_ = begin;
    return refuse("'" + word + "' is not known");
  }

  static const std::vector<std::pair<std::string_view, script_value>>& words() {
    static const std::vector<std::pair<std::string_view, script_value>> all{
      {"true", true}, {"false", false}, {"null", null_value{}}, {"undefined", undefined_value{}}, {"skip", skip_value{}}};
    return all;
  }

  part number() {
    double found = 0;
    auto begin = text_.data() + at_;
    auto [end, failed] = std::from_chars(begin, text_.data() + text_.size(), found);
    if (failed != std::errc{})
      return unexpected();
    at_ += static_cast<std::size_t>(end - begin);
    return begins_name(at_ < text_.size() ? text_[at_] : '\0') ? unexpected() : literal(found);
  }

  part text() {
    auto content = quoted();
    return content ? literal(*std::move(content)) : nullptr;
  }

  std::optional<std::string> quoted() {
    static constexpr std::string_view names = "\\'\"nrt", values = "\\'\"\n\r\t";
    auto quote = text_[at_++];
    std::string content;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      auto c = text_[at_];
      if (c == '\\') {
        auto known = ++at_ < text_.size() ? names.find(text_[at_]) : names.npos;
        if (known == names.npos) {
          refuse("an escape other than \\\\ \\' \\\" \\n \\r \\t");
          return std::nullopt;
        }
        c = values[known];
      }
      content += c;
    }
    if (at_ == text_.size()) {
      refuse("a text without an end");
      return std::nullopt;
    }
    ++at_;
    return content;
  }

  // -- members of the event ---

  part path() {
    auto begin = at_;
    std::vector<node::step> steps;
    while (auto next = step())
      steps.push_back(*std::move(next));
    if (!problem_.empty())
      return nullptr;
    if (steps.empty())
      return refuse("a member of the event is missing");
    std::string root;
    for (std::size_t i = 0; i < steps.size() && i < 2; ++i) {
      root += (i == 0 ? "" : ".") + steps[i].name;
      for (auto known : roots)
        if (root == known) {
          steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i) + 1);
          return make({.is = node::kind::path, .root = std::move(root), .steps = std::move(steps)});
        }
    }
    at_ = begin;
    return refuse("the event has no member '" + root + "'");
  }

  std::optional<node::step> step() {
    space();
    auto rest = text_.substr(at_);
    // `a ?.5 : b` is a choice.
    bool optional = rest.starts_with("?.") && !is_digit(rest.size() > 2 ? rest[2] : '\0');
    if (optional)
      at_ += 2;
    if (take("["))
      return element(optional);
    if (!optional && !take("."))
      return std::nullopt;
    auto member = name();
    if (member.empty() || space() == '(') {
      member.empty() ? unexpected() : refuse("calls are not understood");
      return std::nullopt;
    }
    return node::step{std::move(member), optional};
  }

  std::optional<node::step> element(bool optional) {
    std::optional<std::string> which;
    auto here = space();
    if (here == '\'' || here == '"') {
      which = quoted();
    } else if (is_digit(here)) {
      which.emplace();
      while (at_ < text_.size() && is_digit(text_[at_]))
        *which += text_[at_++];
    }
    if (!which || !take("]")) {
      unexpected();
      return std::nullopt;
    }
    return node::step{*std::move(which), optional};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int levels_ = 0;
  std::string parameter_;
  std::string problem_;
};

// -- evaluation: nothing where JavaScript would throw --------------------------------------------------------------

using outcome = std::optional<script_value>;

outcome data_of(const stored_event& event) {
  return event.json && !event.data().empty() ? read_json(event.data()) : script_value{null_value{}};
}

outcome root_of(const stored_event& event, std::string_view root) {
  if (root == "value")
    return data_of(event);
  if (root == "hasValue") {
    auto data = data_of(event);
    return data ? outcome{!is_nullish(*data)} : std::nullopt;
  }
  if (root == "properties")
    return event.custom_metadata().empty() ? script_value{null_value{}} : read_json(event.custom_metadata());
  if (root == "id")
    return to_string(event.id);
  if (root == "redacted")
    return false;
  if (root == "schema.name")
    return std::string{event.type()};
  if (root == "position.stream")
    return event.owner->name;
  return static_cast<double>(root == "position.streamRevision" ? static_cast<std::uint64_t>(event.revision) : event.position);
}

outcome follow(const node& path, const stored_event& event) {
  auto value = root_of(event, path.root);
  for (auto& [name, optional] : path.steps) {
    if (!value)
      return std::nullopt;
    if (is_nullish(*value))
      return optional ? outcome{undefined_value{}} : std::nullopt;
    value = member_of(*value, name);
  }
  return value;
}

bool compare(const script_value& left, std::string_view sign, const script_value& right) {
  if (sign == "===" || sign == "!==")
    return (left == right) == (sign == "===");
  if (sign == "==" || sign == "!=")
    return loosely_equal(left, right) == (sign == "==");
  bool or_equal = sign.size() == 2;
  return sign.front() == '<' ? is_less(left, right, or_equal) : is_less(right, left, or_equal);
}

outcome evaluate(const node& of, const stored_event& event);

// The first part that decides; or the last one.
outcome first_that_is(bool decides, const node& of, const stored_event& event) {
  outcome value;
  for (auto& each : of.parts) {
    value = evaluate(*each, event);
    if (!value || is_true(*value) == decides)
      return value;
  }
  return value;
}

outcome evaluate(const node& of, const stored_event& event) {
  switch (of.is) {
    case node::kind::literal: return of.value;
    case node::kind::path: return follow(of, event);
    case node::kind::conjunction: return first_that_is(false, of, event);
    case node::kind::disjunction: return first_that_is(true, of, event);
    default: break;
  }
  auto first = evaluate(*of.parts.front(), event);
  if (!first)
    return std::nullopt;
  if (of.is == node::kind::negation)
    return !is_true(*first);
  if (of.is == node::kind::choice)
    return evaluate(*of.parts[is_true(*first) ? 1 : 2], event);
  auto second = evaluate(*of.parts.back(), event);
  return second ? outcome{compare(*first, of.sign, *second)} : std::nullopt;
}

} // namespace

std::variant<index_function, std::string> index_function::parse(std::string_view text) {
  auto read = parser{text}.function();
  if (auto problem = std::get_if<std::string>(&read))
    return std::move(*problem);
  return index_function{std::get<part>(std::move(read))};
}

std::optional<script_value> index_function::operator()(const stored_event& event) const {
  return evaluate(*body_, event);
}

} // namespace kdb::inline v0::development
