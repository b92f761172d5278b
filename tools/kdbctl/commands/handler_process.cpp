// SPDX-License-Identifier: Apache-2.0
#include "tools/kdbctl/commands/handler_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace kdbctl {
namespace {

constexpr int try_again = 75, leave_out = 76;

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one)
    all.emplace_back(*one);
  for (const auto& [name, value] : variables)
    // A zero byte would end the value, and the name of a stream may have one.
    all.push_back(name + "=" + value.substr(0, value.find('\0')));
  return all;
}

// The command gets the signals that this program keeps for itself.
void give_back_signals(posix_spawnattr_t& attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigemptyset(&all);
  sigaddset(&all, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

int run_handler(const std::string& command, std::string_view input,
                const std::vector<std::pair<std::string, std::string>>& variables) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return -1;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
  give_back_signals(attributes);
  auto strings = environment_with(variables);
  std::vector<char*> variables_of_child;
  for (auto& one : strings)
    variables_of_child.push_back(one.data());
  variables_of_child.push_back(nullptr);
  std::string shell = "sh", option = "-c", text = command;
  char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t process = -1;
  const auto failed = ::posix_spawn(&process, "/bin/sh", &files, &attributes, arguments, variables_of_child.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  ::close(ends[0]);
  while (failed == 0 && !input.empty()) {
    const auto count = ::write(ends[1], input.data(), input.size());
    // A command need not read its event.
    if (count < 0 && errno != EINTR)
      break;
    input.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  }
  ::close(ends[1]);
  return failed == 0 ? wait_for(process) : -1;
}

kdb::outcome outcome_of_status(int status) {
  switch (status) {
    case 0: return kdb::outcome::ack();
    case try_again: return kdb::outcome::nack(kdb::nack_action::retry, "the command asks for it again");
    case leave_out: return kdb::outcome::nack(kdb::nack_action::skip, "the command skips it");
    case -1: return kdb::outcome::nack(kdb::nack_action::retry, "the command could not be started");
    default: return kdb::outcome::nack(kdb::nack_action::park, "the command ended with " + std::to_string(status));
  }
}

} // namespace kdbctl
