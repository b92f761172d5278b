// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/text/help_text.hpp"

#include <algorithm>

namespace kdbctl {
namespace {

constexpr std::size_t line_width = 100;

struct entry {
  std::string name;
  std::string does;
};

std::string usage_of(const argument_info& one) {
  const auto name = one.name + (one.many ? "..." : "");
  return one.required ? name : "[" + name + "]";
}

std::string does_of(const std::string& does, const std::vector<std::string>& choices) {
  std::string text = does;
  for (std::size_t i = 0; i < choices.size(); ++i)
    text += (i == 0 ? " One of " : ", ") + choices[i];
  return choices.empty() ? text : text + ".";
}

entry entry_of(const option_info& option) {
  std::string name;
  for (const auto& one : option.names)
    name += (name.empty() ? "" : ", ") + one;
  return {option.is_flag() ? name : name + " " + option.value, does_of(option.does, option.choices)};
}

std::string section(std::string_view title, const std::vector<entry>& entries) {
  constexpr std::size_t widest = 30;
  if (entries.empty())
    return {};
  std::size_t width = 0;
  for (const auto& one : entries)
    if (one.name.size() <= widest)
      width = std::max(width, one.name.size());
  std::string text = "\n" + std::string{title} + ":\n";
  for (const auto& one : entries) {
    const auto does = wrapped(one.does, width + 4, line_width);
    if (one.name.size() > width)
      text += "  " + one.name + "\n" + does;
    else
      text += "  " + one.name + std::string(width - one.name.size() + 2, ' ') + does.substr(std::min(does.size(), width + 4));
  }
  return text;
}

} // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string lines, line;
  const auto end_line = [&] {
    lines += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (!line.empty() && indent + line.size() + 1 + word.size() > width)
      end_line();
    line.append(line.empty() ? "" : " ").append(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  end_line();
  return lines;
}

std::string help_text(const std::vector<const command_info*>& path) {
  const auto& command = *path.back();
  std::string name;
  for (const auto* one : path)
    name += (name.empty() ? "" : " ") + one->name;
  std::string usage = "Usage: " + name;
  for (const auto& one : command.arguments)
    usage += " " + usage_of(one);
  usage += command.commands.empty() ? " [OPTIONS]" : " COMMAND [OPTIONS]";
  std::string text = usage + "\n\n" + wrapped(command.does, 0, line_width);

  std::vector<entry> arguments, commands, options, everywhere;
  for (const auto& one : command.arguments)
    arguments.push_back({one.name, does_of(one.does, one.choices)});
  for (const auto& one : command.commands)
    if (!one.hidden)
      commands.push_back({one.name, one.does});
  if (path.size() > 1)
    for (const auto& one : command.options)
      options.push_back(entry_of(one));
  for (const auto& one : path.front()->options)
    everywhere.push_back(entry_of(one));
  text += section("Arguments", arguments) + section("Commands", commands) + section("Options", options);
  text += section("Options of every command", everywhere);
  if (!command.example.empty()) {
    text += "\nFor example:\n";
    for (std::size_t at = 0; at < command.example.size();) {
      const auto end = std::min(command.example.find('\n', at), command.example.size());
      text += "  " + command.example.substr(at, end - at) + "\n";
      at = end + 1;
    }
  }
  return text;
}

} // namespace kdbctl
