// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/definition.hpp"

namespace kdbctl {
namespace {

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at <= names.size();) {
    const auto comma = std::min(names.find(',', at), names.size());
    all.emplace_back(names.substr(at, comma - at));
    at = comma + 1;
  }
  return all;
}

} // namespace

definition::definition(std::string name, std::string does, std::string example) {
  info_.name = std::move(name);
  info_.does = std::move(does);
  info_.example = std::move(example);
}

definition& definition::command(std::string name, std::string does, std::string example) {
  return *commands_.emplace_back(std::make_unique<definition>(std::move(name), std::move(does), std::move(example)));
}

definition& definition::add_argument(argument_info argument, setter set) {
  info_.arguments.push_back(std::move(argument));
  arguments_.push_back(std::move(set));
  last_is_argument_ = true;
  return *this;
}

definition& definition::add_option(std::string_view names, std::string value, std::string does, subject names_a, setter set) {
  auto all = split(names);
  info_.options.push_back(
    {.names = all, .value = std::move(value), .does = std::move(does), .choices = {}, .names_a = names_a, .many = false});
  options_.emplace_back(std::move(all), std::move(set));
  last_is_argument_ = false;
  return *this;
}

definition& definition::flag(std::string_view names, bool& into, std::string does) {
  return add_option(names, {}, std::move(does), subject::other, [&into](const std::vector<std::string>&) {
    into = true;
    return std::string{};
  });
}

definition& definition::choices(std::vector<std::string> words) {
  auto& set = last_is_argument_ ? arguments_.back() : options_.back().second;
  auto& known = last_is_argument_ ? info_.arguments.back().choices : info_.options.back().choices;
  known = words;
  set = [words = std::move(words), then = std::move(set)](const std::vector<std::string>& given) -> std::string {
    for (const auto& word : given) {
      auto known_word = false;
      std::string accepted;
      for (const auto& choice : words) {
        known_word |= choice == word;
        accepted += (accepted.empty() ? "" : ", ") + choice;
      }
      if (!known_word)
        return not_accepted(word, "one of " + accepted).error().message;
    }
    return then(given);
  };
  return *this;
}

definition& definition::optional() {
  info_.arguments.back().required = false;
  return *this;
}

definition& definition::hidden() {
  info_.hidden = true;
  return *this;
}

definition& definition::runs(action run) {
  run_ = std::move(run);
  return *this;
}

command_info definition::info() const {
  auto whole = info_;
  for (const auto& one : commands_)
    whole.commands.push_back(one->info());
  return whole;
}

} // namespace kdbctl
