// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/input.hpp"

#include "tools/kdbctl/program/file.hpp"
#include "tools/kdbctl/program/terminal.hpp"

namespace kdbctl {

kdb::error in_line(std::uint64_t line, kdb::error error) {
  error.message = "line " + std::to_string(line) + ": " + error.message;
  return error;
}

kdb::result<std::vector<event_line>> read_event_lines(const std::string& name) {
  const auto file = open_for_reading(name);
  if (!file)
    return kdb::unexpected{file.error()};
  std::vector<event_line> lines;
  line_reader reader{file->number()};
  for (std::uint64_t number = 1; auto text = reader.next(); ++number) {
    if (text->find_first_not_of(" \t\r") == text->npos)
      continue;
    auto line = parse_event_line(*text);
    if (!line)
      return kdb::unexpected{in_line(number, line.error())};
    lines.push_back(std::move(*line));
  }
  if (!reader.failure().empty())
    return kdb::unexpected{kdb::errc::invalid_argument, "can't read '" + name + "': " + reader.failure()};
  return lines;
}

kdb::result<std::string> new_password(const std::optional<std::string>& file, const std::string& user) {
  if (file) {
    auto text = read_file(*file);
    return text ? kdb::result<std::string>{text->substr(0, text->find_first_of("\r\n"))} : text;
  }
  if (auto set = environment("KDBCTL_NEW_PASSWORD"))
    return *set;
  const kdb::unexpected no_terminal{
    kdb::errc::invalid_argument,
    "there is no password to set, and no terminal to ask for it; use --new-password-file or KDBCTL_NEW_PASSWORD"};
  auto first = ask_password("New password of " + user + ": ");
  if (!first)
    return no_terminal;
  const auto second = ask_password("Once more: ");
  if (!second)
    return no_terminal;
  if (*first != *second)
    return kdb::unexpected{kdb::errc::invalid_argument, "the two passwords are not the same"};
  return first;
}

ending confirm(bool yes, const std::string& question) {
  if (yes)
    return {};
  const auto answer = ask_yes(question);
  if (!answer)
    return misuse("this can't be undone, and there is no terminal to confirm it; add --yes");
  return *answer ? ending{} : ending{exit_status::interrupted, "nothing was done"};
}

} // namespace kdbctl
