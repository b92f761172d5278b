// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/program/parser.hpp"

#include "tools/kdbctl/text/help_text.hpp"

#include <kdb/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

namespace kdbctl {
namespace {

#define KDBCTL_TEXT_OF(number) #number
#define KDBCTL_TEXT(number) KDBCTL_TEXT_OF(number)
constexpr std::string_view version =
  "kdbctl " KDBCTL_TEXT(KDB_VERSION_MAJOR) "." KDBCTL_TEXT(KDB_VERSION_MINOR) "." KDBCTL_TEXT(KDB_VERSION_PATCH) "\n";

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names)
    all += (all.empty() ? "" : ",") + name;
  return all;
}

CLI::callback_t taking(const std::string& name, const setter& set) {
  return [name, set](const CLI::results_t& words) {
    if (auto wrong = set(words); !wrong.empty())
      throw CLI::ValidationError(name, wrong);
    return true;
  };
}

using commands = std::map<const CLI::App*, const definition*>;

void fill(CLI::App& app, const definition& one, commands& known) {
  known[&app] = &one;
  app.set_help_flag("-h,--help");
  const auto& info = one.own();
  for (std::size_t i = 0; i < info.options.size(); ++i) {
    const auto& [names, set] = one.option_setters()[i];
    if (info.options[i].is_flag()) {
      app.add_flag_function(joined(names), [set = set](std::int64_t) { set({}); });
      continue;
    }
    auto* option = app.add_option(joined(names), taking(names.front(), set))->expected(1)->allow_extra_args(false);
    if (info.options[i].many)
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  for (std::size_t i = 0; i < info.arguments.size(); ++i) {
    const auto& argument = info.arguments[i];
    auto* option = app.add_option(argument.name, taking(argument.name, one.argument_setters()[i]));
    option->required(argument.required);
    // An argument takes words until it has as many as it expects. To allow it extra words would split "[a,b]" into two of them.
    if (argument.many)
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(CLI::detail::expected_max_vector_size, CLI::detail::expected_max_vector_size);
  }
  for (const auto& below : one.commands()) {
    auto* next = app.add_subcommand(below->name());
    next->fallthrough();
    fill(*next, *below, known);
  }
  if (!one.commands().empty())
    app.require_subcommand(1);
}

const CLI::App& deepest(const CLI::App& app) {
  const auto below = app.get_subcommands();
  return below.empty() ? app : deepest(*below.front());
}

std::string help_hint(const std::vector<const command_info*>& path) {
  std::string name = "kdbctl";
  for (std::size_t i = 1; i < path.size(); ++i)
    name += " " + path[i]->name;
  return "`" + name + " --help` shows how it is used.";
}

} // namespace

parsed_line parse(const definition& program, const std::vector<std::string>& words) {
  const auto info = program.info();
  const auto reached = reach(info, words);
  if (!words.empty() && words.front() == "help")
    return {.answer = help_text(reach(info, {words.begin() + 1, words.end()}).path)};
  CLI::App app{info.does, info.name};
  commands known;
  fill(app, program, known);
  app.add_flag("--version");
  std::vector<std::string> reversed{words.rbegin(), words.rend()};
  try {
    if (std::ranges::find(words, "--version") != words.end() && reached.path.size() == 1)
      return {.answer = std::string{version}};
    app.parse(reversed);
    return {.command = known.at(&deepest(app))};
  } catch (const CLI::CallForHelp&) {
    return {.answer = help_text(reached.path)};
  } catch (const CLI::ParseError& error) {
    if (auto unknown = explain_unknown(info, words))
      return {.problem = misuse(*unknown, help_hint(reached.path))};
    if (!reached.path.back()->commands.empty())
      return {.answer = help_text(reached.path), .problem = misuse("a command is missing")};
    return {.problem = misuse(error.what(), help_hint(reached.path))};
  }
}

} // namespace kdbctl
