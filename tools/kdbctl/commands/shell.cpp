// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/groups.hpp"
#include "tools/kdbctl/commands/stream_names.hpp"
#include "tools/kdbctl/program/context_store.hpp"
#include "tools/kdbctl/program/terminal.hpp"
#include "tools/kdbctl/text/command_tree.hpp"

#include <completion_scripts.hpp>

#include <thread>

#include <unistd.h>

// What shells and packagers ask for: completion, and the manual page.
namespace kdbctl {
namespace {

using namespace std::chrono_literals;

// -- names from the server ----------------------------------------------------------------------------

// The options of the line that say which server to ask. No password is asked for while somebody types.
global_options options_in(const command_info& program, const std::vector<std::string>& words) {
  global_options options{.quiet = true, .is_completing = true};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto name = words[i].substr(0, equals);
    const auto* option = option_called({&program}, name);
    if (!option)
      continue;
    const auto value = equals == words[i].npos ? words[i + 1] : words[i].substr(equals + 1);
    const auto& full = option->names.front();
    if (full == "--connection")
      options.connection = value;
    else if (full == "--context")
      options.context = value;
    else if (full == "--user")
      options.user = value;
    else if (full == "--password-file")
      options.password_file = value;
    else if (full == "--credentials-in-clear")
      options.credentials_in_clear = true;
  }
  return options;
}

template <class List, class Name>
std::vector<std::string> names_in(const List& list, Name&& name) {
  std::vector<std::string> names;
  if (list)
    for (const auto& one : *list)
      names.push_back(name(one));
  return names;
}

std::vector<std::string> names_of(session& with, const completion& wanted) {
  switch (wanted.ask_for) {
    case subject::context: return context_store::of_user().names();
    case subject::group: {
      const auto stream = wanted.arguments.empty() ? std::nullopt : std::optional{wanted.arguments.front()};
      return names_in(with.ask(kdb::list_groups{stream}), [](const kdb::group_info& one) { return one.name.group; });
    }
    case subject::projection:
      return names_in(with.ask(kdb::list_projections{}), [](const kdb::projection_statistics& one) { return one.name; });
    case subject::index: return names_in(with.ask(kdb::list_indexes{}), [](const kdb::index_info& one) { return one.name; });
    case subject::user: return names_in(with.ask(kdb::list_users{}), [](const kdb::user_details& one) { return one.login_name; });
    case subject::stream: {
      std::vector<std::string> names;
      const auto client = with.client();
      if (client)
        if (const auto found =
              find_streams(*client, {.prefix = wanted.prefix, .limit = 100, .newest_first = true, .deadline = 120ms}))
          names.assign(found->begin(), found->end());
      if (std::string_view{"$all"}.starts_with(wanted.prefix))
        names.emplace_back("$all");
      return names;
    }
    case subject::file:
    case subject::other: return {};
  }
  return {};
}

// Ends the process when an answer takes too long: somebody waits for it with a finger on the key.
void end_in_time() {
  std::thread{[] {
    std::this_thread::sleep_for(250ms);
    _exit(0);
  }}.detach();
}

ending complete_line(session& with, const command_info& program, const std::vector<std::string>& words) {
  const auto wanted = complete(program, words);
  std::string text;
  for (const auto& word : wanted.words)
    text += word + "\n";
  if (wanted.ask_for == subject::file)
    text += ":files\n";
  with.out().write(text);
  with.out().flush();
  if (wanted.ask_for == subject::other || wanted.ask_for == subject::file)
    return {};
  end_in_time();
  session asking{options_in(program, words)};
  for (const auto& name : names_of(asking, wanted))
    if (name.starts_with(wanted.prefix) && name.find('\n') == name.npos)
      with.out().write(name + "\n");
  with.out().flush();
  // Closing the client takes its time, and nobody waits for it.
  _exit(0);
}

} // namespace

void define_shell(definition& program) {
  auto& scripts = program.command("completion", "Completion of commands, options, and names that the server knows.");
  const auto script = [&](const char* shell, std::string_view text, const char* example) {
    scripts.command(shell, std::string{"Prints the script for "} + shell + ".", example).runs([text](session& with) -> ending {
      with.out().write(text);
      with.out().flush();
      return {};
    });
  };
  script("bash", completion_for_bash, "source <(kdbctl completion bash)");
  script("zsh", completion_for_zsh, "kdbctl completion zsh > ~/.zsh/completions/_kdbctl");

  const auto words = std::make_shared<std::vector<std::string>>();
  program.command("complete", "Lists the completions of the last word.")
    .argument("WORD", *words, "")
    .optional()
    .hidden()
    .asks<kdb::list_groups, kdb::list_projections, kdb::list_indexes, kdb::list_users>()
    .runs([words, &program](session& with) { return complete_line(with, program.info(), *words); });
  program.command("manual", "Prints the manual page, for man.", "kdbctl manual | man -l -")
    .runs([&program](session& with) -> ending {
      with.out().write(manual_page(program.info()));
      with.out().flush();
      return {};
    });
}

} // namespace kdbctl
