// SPDX-License-Identifier: Apache-2.0
#include "devnode/projections/query_source.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace kdb::inline v0::development {
namespace {

// A name, a text without its quotes, or a sign. Comments are left out.
struct token {
  enum class kind { name, text, sign };
  kind is = kind::sign;
  std::string text;
};

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

class scanner {
public:
  explicit scanner(std::string_view query) : left_{query} {}

  std::vector<token> all() {
    std::vector<token> found;
    while (!left_.empty()) {
      if (left_.starts_with("//"))
        skip(left_.find('\n'));
      else if (left_.starts_with("/*"))
        skip(left_.find("*/", 2), 2);
      else if (auto first = left_.front(); first == '\'' || first == '"' || first == '`')
        found.push_back({token::kind::text, quoted(first)});
      else if (in_name(first))
        found.push_back({token::kind::name, name()});
      else if (left_.remove_prefix(1); first > ' ')
        found.push_back({token::kind::sign, {first}});
    }
    return found;
  }

private:
  void skip(std::size_t to, std::size_t sign = 0) {
    left_.remove_prefix(std::min(left_.size(), to == left_.npos ? to : to + sign));
  }

  std::string name() {
    auto end = static_cast<std::size_t>(std::ranges::find_if_not(left_, in_name) - left_.begin());
    std::string found{left_.substr(0, end)};
    skip(end);
    return found;
  }

  std::string quoted(char quote) {
    std::string found;
    left_.remove_prefix(1);
    while (!left_.empty() && left_.front() != quote) {
      if (left_.front() == '\\' && left_.size() > 1)
        left_.remove_prefix(1);
      found += left_.front();
      left_.remove_prefix(1);
    }
    skip(1);
    return found;
  }

  std::string_view left_;
};

// The texts among the arguments of the call whose name stands at `at`.
std::vector<std::string> arguments(const std::vector<token>& tokens, std::size_t at) {
  std::vector<std::string> texts;
  for (auto i = at + 2; i < tokens.size() && tokens[i].text != ")"; ++i)
    if (tokens[i].is == token::kind::text)
      texts.push_back(tokens[i].text);
  return texts;
}

} // namespace

std::optional<std::string> query_start(std::string_view query) {
  auto tokens = scanner{query}.all();
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    auto& name = tokens[i].text;
    if (tokens[i].is != token::kind::name || !name.starts_with("from") || tokens[i + 1].text != "(")
      continue;
    if (name == "fromAll" || name == "fromStreamsMatching")
      return "C:0/P:-1";
    bool category = name == "fromCategory" || name == "fromCategories";
    if (!category && name != "fromStream" && name != "fromStreams")
      continue;
    std::string start;
    for (auto& each : arguments(tokens, i))
      start += (start.empty() ? "" : "; ") + std::string{category ? "$ce-" : ""} + each + ": -1";
    return start;
  }
  return std::nullopt;
}

} // namespace kdb::inline v0::development
