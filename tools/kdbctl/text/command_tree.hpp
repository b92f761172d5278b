// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the program understands, as a value. Completion, "did you mean", the manual page and the test against the list of operations are
// made from it.
namespace kdbctl {

/// What an argument names, for completion.
enum class subject { other, file, stream, group, projection, index, user, context };

struct option_info {
  /// "--limit", and short ones such as "-n".
  std::vector<std::string> names{};
  /// What to write after it; empty for a flag.
  std::string value{};
  std::string does{};
  /// All accepted values, if there are few.
  std::vector<std::string> choices{};
  subject names_a = subject::other;
  /// May be there any number of times.
  bool many = false;

  bool is_flag() const { return value.empty(); }
};

struct argument_info {
  std::string name{};
  std::string does{};
  bool required = true;
  bool many = false;
  std::vector<std::string> choices{};
  subject names_a = subject::other;
};

struct command_info {
  std::string name{};
  std::string does{};
  std::string example{};
  std::vector<argument_info> arguments{};
  std::vector<option_info> options{};
  std::vector<command_info> commands{};
  /// Operations of the library that it asks for.
  std::vector<std::string_view> operations{};
  bool hidden = false;
};

/// The command that these words name, as far as they do. Options among the words are skipped, with their values.
struct reached_command {
  std::vector<const command_info*> path{};
  /// Words that are neither commands nor options, with the option that each one belongs to.
  std::vector<std::string> arguments{};
  /// The option that waits for its value after the last word.
  const option_info* open_option = nullptr;
};
reached_command reach(const command_info& program, const std::vector<std::string>& words);

/// The option of that name, of the command or of one above it.
const option_info* option_called(const std::vector<const command_info*>& path, std::string_view name);

/// What was probably meant, if there is a word that is no command or no option: "there is no command 'strem'; did you mean 'stream'?"
std::optional<std::string> explain_unknown(const command_info& program, const std::vector<std::string>& words);

/// What may stand in place of the last word.
struct completion {
  std::vector<std::string> words{};
  /// Names to ask the server, or the file system, for, beginning with `prefix`.
  subject ask_for = subject::other;
  std::string prefix{};
  /// Arguments before this one: of a group, its stream.
  std::vector<std::string> arguments{};
};
completion complete(const command_info& program, const std::vector<std::string>& words);

/// The manual page, for man.
std::string manual_page(const command_info& program);

} // namespace kdbctl
