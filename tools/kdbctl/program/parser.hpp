// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/kdbctl/program/definition.hpp"

#include <string>
#include <vector>

namespace kdbctl {

/// What a command line asks for.
struct parsed_line {
  /// The command to run; null if there is something to print, or something is wrong.
  const definition* command = nullptr;
  /// For standard output: help, or the version.
  std::string answer{};
  ending problem{};
};

/// Parses the words behind the program's name, and fills what the definitions name.
parsed_line parse(const definition& program, const std::vector<std::string>& words);

} // namespace kdbctl
