// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/program/interruption.hpp"
#include "tools/kdbctl/program/parser.hpp"
#include "tools/kdbctl/program/terminal.hpp"

#include <cstdio>
#include <exception>

namespace {

using namespace kdbctl;

int report(const ending& end) {
  if (!end.message.empty())
    note(end.message);
  if (!end.advice.empty())
    note_plain("        " + end.advice);
  return static_cast<int>(end.status);
}

ending run(const std::vector<std::string>& words) {
  global_options options;
  const auto program = define_program(options);
  const auto line = parse(*program, words);
  session with{options};
  if (!line.command) {
    if (line.problem.status != exit_status::success) {
      if (!line.answer.empty())
        note_plain(line.answer);
      return line.problem;
    }
    with.out().write(line.answer);
    with.out().flush();
    return {};
  }
  auto end = line.command->run()(with);
  // The client closes when it is interrupted, and what runs then fails with that.
  if (end.status == exit_status::failure && interruption::happened())
    end = {exit_status::interrupted, "interrupted"};
  return end;
}

} // namespace

int main(int argc, char** argv) {
  interruption::watch();
  try {
    return report(run({argv + 1, argv + argc}));
  } catch (const std::exception& problem) {
    return report({exit_status::failure, problem.what()});
  }
}
