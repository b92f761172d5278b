// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/child.hpp"

#include <csignal>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kdb::bench {

namespace {

/// Waits up to a few seconds for a process to end.
bool ended(pid_t pid, int tenths) {
  for (int i = 0; i < tenths; ++i) {
    if (::waitpid(pid, nullptr, WNOHANG) == pid)
      return true;
    ::poll(nullptr, 0, 100);
  }
  return false;
}

} // namespace

child::child(const std::vector<std::string>& command) {
  for (auto& word : command)
    name_ += (name_.empty() ? "" : " ") + word;
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipes left"};
  std::vector<char*> words;
  for (auto& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(to[0], STDIN_FILENO);
    ::dup2(from[1], STDOUT_FILENO);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  in_ = to[1];
  out_ = from[0];
  if (pid_ < 0)
    throw std::runtime_error{"no processes left"};
}

child::~child() {
  ::close(in_);
  ::close(out_);
  if (pid_ <= 0 || ended(pid_, 20))
    return;
  ::kill(pid_, SIGTERM);
  if (ended(pid_, 20))
    return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void child::write_line(const std::string& line) {
  auto text = line + "\n";
  if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error{name_ + " is gone"};
}

std::string child::read_line(std::chrono::seconds patience) {
  auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (auto end = buffer_.find('\n'); end != std::string::npos) {
      auto line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd readable{out_, POLLIN, 0};
    if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) <= 0)
      throw std::runtime_error{name_ + " gives no answer"};
    char bytes[4096];
    auto count = ::read(out_, bytes, sizeof(bytes));
    if (count <= 0)
      throw std::runtime_error{name_ + " has ended"};
    buffer_.append(bytes, static_cast<std::size_t>(count));
  }
}

double child::cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string own_path() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

} // namespace kdb::bench
