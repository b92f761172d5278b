// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/command_tree.hpp"

#include "tools/kdbctl/text/nearest.hpp"

#include <algorithm>

namespace kdbctl {
namespace {

const command_info* command_called(const command_info& in, std::string_view name) {
  const auto found = std::ranges::find(in.commands, name, &command_info::name);
  return found == in.commands.end() ? nullptr : &*found;
}

bool looks_like_option(std::string_view word) {
  return word.size() > 1 && word.front() == '-' && word != "--" && word.find_first_not_of("-0123456789.") != word.npos;
}

std::string_view name_of(std::string_view option) {
  return option.starts_with("--") ? option.substr(0, option.find('=')) : option.substr(0, 2);
}

std::vector<std::string> visible_commands(const command_info& in) {
  std::vector<std::string> names;
  for (const auto& one : in.commands)
    if (!one.hidden)
      names.push_back(one.name);
  return names;
}

std::vector<std::string> option_names(const std::vector<const command_info*>& path) {
  std::vector<std::string> names{"--help"};
  for (auto one = path.rbegin(); one != path.rend(); ++one)
    for (const auto& option : (*one)->options)
      for (const auto& name : option.names)
        if (name.starts_with("--"))
          names.push_back(name);
  return names;
}

void keep(std::vector<std::string>& words, std::string_view prefix) {
  std::erase_if(words, [&](const std::string& word) { return !word.starts_with(prefix); });
  std::ranges::sort(words);
}

const argument_info* argument_at(const command_info& command, std::size_t index) {
  if (index < command.arguments.size())
    return &command.arguments[index];
  return !command.arguments.empty() && command.arguments.back().many ? &command.arguments.back() : nullptr;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto close = nearest(word, known);
  return close ? "; did you mean '" + *close + "'?" : "";
}

} // namespace

const option_info* option_called(const std::vector<const command_info*>& path, std::string_view name) {
  for (auto one = path.rbegin(); one != path.rend(); ++one)
    for (const auto& option : (*one)->options)
      if (std::ranges::find(option.names, name) != option.names.end())
        return &option;
  return nullptr;
}

reached_command reach(const command_info& program, const std::vector<std::string>& words) {
  reached_command reached{.path = {&program}};
  auto only_arguments = false;
  for (const auto& word : words) {
    if (reached.open_option) {
      reached.open_option = nullptr;
    } else if (!only_arguments && word == "--") {
      only_arguments = true;
    } else if (!only_arguments && looks_like_option(word)) {
      const auto* option = option_called(reached.path, name_of(word));
      const auto has_value = word.starts_with("--") ? word.find('=') != word.npos : word.size() > 2;
      if (option && !option->is_flag() && !has_value)
        reached.open_option = option;
    } else if (const auto* next =
                 only_arguments || !reached.arguments.empty() ? nullptr : command_called(*reached.path.back(), word)) {
      reached.path.push_back(next);
    } else {
      reached.arguments.push_back(word);
    }
  }
  return reached;
}

std::optional<std::string> explain_unknown(const command_info& program, const std::vector<std::string>& words) {
  std::vector<std::string> before;
  for (const auto& word : words) {
    if (word == "--")
      return std::nullopt;
    const auto reached = reach(program, before);
    before.push_back(word);
    if (reached.open_option)
      continue;
    const auto& command = *reached.path.back();
    if (looks_like_option(word)) {
      const auto name = name_of(word);
      if (name != "--help" && name != "-h" && name != "--version" && !option_called(reached.path, name))
        return "there is no option '" + std::string{name} + "'" + did_you_mean(name, option_names(reached.path));
    } else if (!command.commands.empty() && reached.arguments.empty() && !command_called(command, word)) {
      const auto place = reached.path.size() > 1 ? " of '" + command.name + "'" : std::string{};
      return "there is no command '" + word + "'" + place + did_you_mean(word, visible_commands(command));
    }
  }
  return std::nullopt;
}

completion complete(const command_info& program, const std::vector<std::string>& words) {
  completion found;
  if (words.empty())
    return found;
  const auto& last = words.back();
  const auto reached = reach(program, {words.begin(), words.end() - 1});
  const auto& command = *reached.path.back();
  found.prefix = last;
  found.arguments = reached.arguments;
  if (reached.open_option) {
    found.words = reached.open_option->choices;
    found.ask_for = reached.open_option->names_a;
  } else if (last.starts_with("-")) {
    const auto equals = last.find('=');
    const auto* option = equals == last.npos ? nullptr : option_called(reached.path, last.substr(0, equals));
    if (option)
      for (const auto& choice : option->choices)
        found.words.push_back(last.substr(0, equals + 1) + choice);
    else
      found.words = option_names(reached.path);
  } else if (!command.commands.empty()) {
    found.words = visible_commands(command);
  } else if (const auto* argument = argument_at(command, reached.arguments.size())) {
    found.words = argument->choices;
    found.ask_for = argument->names_a;
  }
  keep(found.words, last);
  found.words.erase(std::unique(found.words.begin(), found.words.end()), found.words.end());
  return found;
}

} // namespace kdbctl
